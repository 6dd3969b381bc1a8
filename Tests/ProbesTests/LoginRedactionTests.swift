import Records
import Testing

@testable import Probes

@Suite("Passwords in what servers say")
struct LoginRedactionTests {
  @Test(
    "a password is taken out in every form in which it is sent, also where the answer is cut in the middle of it",
    arguments: [
      ("535 'PASS horse\"staple'", "535 'PASS (secret)'"),
      (#"a1 NO 'LOGIN "watch" "horse\"staple"'"#, #"a1 NO 'LOGIN "watch" "(secret)"'"#),
      ("AUTH PLAIN AHdhdGNoAGhvcnNlInN0YXBsZQ== is wrong", "AUTH PLAIN (secret) is wrong"),
      ("aG9yc2Uic3RhcGxl is wrong", "(secret) is wrong"),
      ("you said: PASS horse…", "you said: PASS (secret)…"),
      ("you said: PASS hor…", "you said: PASS hor…"),
      ("the user 'watch' is unknown", "the user 'watch' is unknown"),
    ])
  func forms(_ text: String, _ expected: String) {
    let login = ServiceCredentials(userName: "watch", password: Secret("horse\"staple"))
    #expect(LoginRedaction(login).redacted(text) == expected)
  }

  @Test("a password of few letters is no reason to take words apart")
  func short() {
    let login = ServiceCredentials(userName: "watch", password: Secret("no"))
    #expect(LoginRedaction(login).redacted("no such user") == "no such user")
  }
}
