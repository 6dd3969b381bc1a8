import Testing

@testable import Records

@Suite("Secrets in what peers say")
struct SecretRedactionTests {
  @Test(
    "a secret is taken out in every form in which it is sent, also where the answer is cut in the middle of it",
    arguments: [
      ("535 'PASS horse\"staple'", "535 'PASS (secret)'"),
      (#"a1 NO 'LOGIN "watch" "horse\"staple"'"#, #"a1 NO 'LOGIN "watch" "(secret)"'"#),
      ("AUTH PLAIN AHdhdGNoAGhvcnNlInN0YXBsZQ== is wrong", "AUTH PLAIN (secret) is wrong"),
      ("aG9yc2Uic3RhcGxl is wrong", "(secret) is wrong"),
      ("Basic dTpob3JzZSJzdGFwbGU=, Basic dXU6aG9yc2Uic3RhcGxl", "Basic (secret), Basic (secret)"),
      ("/login?p=horse%22staple&x=1", "/login?p=(secret)&x=1"),
      ("686f72736522737461706c65", "(secret)"),
      ("686F72736522737461706C65", "(secret)"),
      ("you said: PASS horse…", "you said: PASS (secret)…"),
      ("you said: PASS hor…", "you said: PASS hor…"),
      ("you said: PASS horse\"st", "you said: PASS (secret)"),
      ("the cart and its horse", "the cart and its horse"),
      ("the user 'watch' is unknown", "the user 'watch' is unknown"),
    ])
  func forms(_ text: String, _ expected: String) {
    #expect(SecretRedaction([Secret("horse\"staple")]).redacted(text) == expected)
  }

  /// Of `a/b c"d\é`, by the names of the spellings.
  private static let spelled = [
    "as it is": #"a/b c"d\é"#, "in quotes": #"a/b c\"d\\é"#, "in the JSON of PHP": #"a\/b c\"d\\é"#,
    "in a URL": "a%2Fb%20c%22d%5C%C3%A9", "in a URL, in small digits": "a%2fb%20c%22d%5c%c3%a9",
    "in a form": "a%2Fb+c%22d%5C%C3%A9", "in hexadecimal": "612F62206322645CC3A9",
    "in hexadecimal, in small digits": "612f62206322645cc3a9",
  ]

  @Test("each spelling is known and taken out", arguments: SecretSpelling.all.map(\.name))
  func spellings(_ name: String) throws {
    let secret = Secret(#"a/b c"d\é"#)
    let spelling = try #require(SecretSpelling.all.first { $0.name == name })
    let written = String(decoding: spelling.written(Array(secret.reveal().utf8)), as: UTF8.self)
    #expect(written == Self.spelled[name])
    #expect(SecretRedaction([secret]).redacted("said \(written)!") == "said (secret)!")
  }

  @Test("words of configurations are none, whatever their letters, longer ones are")
  func commonplace() {
    for word in ["public", "Private", "NULL"] { #expect(!SecretRedaction.takesOut(Secret(word))) }
    for word in ["private1", "publics"] { #expect(SecretRedaction.takesOut(Secret(word))) }
  }

  @Test("a secret of few letters is no reason to take words apart")
  func short() {
    #expect(SecretRedaction([Secret("no")]).redacted("no such user") == "no such user")
  }

  @Test("what names its way of logging in, and what a URL carries, is known without it, too")
  func parts() {
    #expect(Secret("Bearer abc").withProof.map { $0.reveal() } == ["Bearer abc", "abc"])
    #expect(Secret("abc").withProof.map { $0.reveal() } == ["abc"])
    #expect(Secret("http://u:p:q@h/@").passwordsOfURL.map { $0.reveal() } == ["p:q"])
    #expect(Secret("http://u:p%40q@h/").passwordsOfURL.map { $0.reveal() } == ["p%40q", "p@q"])
    #expect(Secret("http://u@h/a:b@").passwordsOfURL.isEmpty)
    #expect(Secret("theme=dark1; id=abcd").withProof.map { $0.reveal() }.contains("abcd"))
    let others = SecretRedaction([Secret("a/b c+d?")])
    for written in ["a\\/b c+d?", "a%2fb%20c%2bd%3f", "a%2Fb+c%2Bd%3F"] {
      #expect(others.redacted("said \(written)!") == "said (secret)!", "\(written)")
    }
    #expect(SecretRedaction([Secret("public")]).redacted("public-sw1") == "public-sw1")
    #expect(["MYSQL_PWD", "DB_PASS", "SNMP_COMMUNITY"].allSatisfy(Secret.isNamed) && !Secret.isNamed(by: "PWD"))
  }

  @Test(
    "a name tells whether its value is a secret",
    arguments: [
      ("Authorization", true), ("X-Api-Key", true), ("PGPASSWORD", true), ("Cookie", true), ("Content-Type", false),
      ("PGHOST", false),
    ])
  func names(_ name: String, _ isSecret: Bool) {
    #expect(Secret.isNamed(by: name) == isSecret)
  }
}
