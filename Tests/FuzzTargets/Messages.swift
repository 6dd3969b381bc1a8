@testable import SNMP

/// What comes over SNMP's sockets: answers to each version's request, and notifications.
@Sendable func fuzzMessages(_ bytes: UnsafeRawBufferPointer) {
  _ = Session.number(of: bytes)
  let number = Session.number(of: bytes) ?? 1
  for credentials in [
    Credentials.version1(community: "c"), .version2c(community: "c"), .version3(SecurityUser(name: "u")),
  ] {
    var session = Session(credentials, salt: 1)
    _ = session.open(bytes, number: number, at: 1) { unit throws(BERError) in walk(&unit, bytes.count) }
    // Once more with what was learnt of the engine.
    _ = session.open(bytes, number: number, at: 2) { unit throws(BERError) in walk(&unit, bytes.count) }
  }
  var receiver = untouched
  _ = receiver.receive(bytes, at: 1)
}

/// Made once: a password's key costs milliseconds.
private let untouched = NotificationReceiver(
  admitting: NotificationReceiver.Admission(
    communities: ["c"],
    users: [
      SecurityUser(
        name: "u", authentication: .init(.sha, password: "authpassword"), privacy: .init(.aes, password: "privpassword")
      )
    ]),
  engine: [1, 2, 3, 4, 5], boots: 1, salt: 1)

private func walk(_ unit: inout ProtocolUnit, _ count: Int) {
  let root = ObjectIdentifier(checkedNumbers: [1, 3, 6])
  var walk = ColumnWalk(scalars: [root], columns: [root, root.appending([1])], isBulk: true, rowsMax: 100)
  var size = ReplySize()
  _ = walk.request(size)
  var visits = 0
  _ = try? walk.accept(&unit, bytes: count, &size) { visit in
    visits += 1
    _ = try? visit.binding.value()
    _ = visit.keyOctets.count
  }
  demand(visits <= count, "a value takes octets")
}

enum MessageSeeds {
  static var all: [[UInt8]] {
    let names = [
      ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 3]), ObjectIdentifier(checkedNumbers: [1, 3, 6]),
    ]
    let requests = [ProtocolRequest(.get, names), ProtocolRequest(.getBulk, names, nonRepeaters: 1, maxRepetitions: 9)]
    return [
      Credentials.version1(community: "c"), .version2c(community: "c"), .version3(SecurityUser(name: "u")),
    ].flatMap { credentials in
      requests.flatMap { request -> [[UInt8]] in
        var session = Session(credentials, salt: 1)
        let message = session.message(request, number: 1, at: 1)
        // The same with the octet of another kind of unit: an answer, a report, a notification.
        return [message] + [0xa2, 0xa7, 0xa8].map { kind in message.map { $0 == 0xa0 || $0 == 0xa5 ? kind : $0 } }
      }
    }
  }
}
