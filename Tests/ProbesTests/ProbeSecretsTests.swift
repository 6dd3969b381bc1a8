import Records
import Testing

@testable import Probes

@Suite("Secrets that a probe remembers")
struct ProbeSecretsTests {
  @Test("what a server quotes of a secret is taken out of the notes of a good run, too")
  func notes() {
    let secrets = ProbeSecrets(NetworkServices().secrets)
    secrets.remember(Secret("horse-staple"))
    var report = ProbeReport(.up)
    report.notes = ["no figures of 'locks': you said horse-staple"]
    #expect(secrets.redacted(report).notes == ["no figures of 'locks': you said (secret)"])
  }

  @Test("one in use outlives the tokens that a server makes up, of which the oldest are forgotten")
  func memory() {
    let secrets = ProbeSecrets(NetworkServices().secrets)
    let count = ProbeSecrets.toldMax * 2
    for number in 0..<count {
      secrets.remember(Secret("horse-staple"))
      secrets.remember(Secret("\(number)-made-up"))
    }
    #expect(secrets.redacted("PASS horse-staple") == "PASS (secret)")
    #expect(secrets.redacted("Bearer \(count - 1)-made-up") == "Bearer (secret)")
    #expect(secrets.redacted("Bearer 0-made-up") == "Bearer 0-made-up")
  }

  @Test("words that stand everywhere are none, and push nothing out")
  func commonplace() {
    let secrets = ProbeSecrets(NetworkServices().secrets)
    secrets.remember(Secret("horse-staple"))
    for _ in 0...ProbeSecrets.toldMax { secrets.remember(Secret("public")) }
    #expect(secrets.redacted("public horse-staple") == "public (secret)")
  }
}
