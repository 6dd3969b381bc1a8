import Foundation
import Inventory
import Probes
import Testing

@testable import WatchkeeperApp

@Suite("Which probe is behind which")
struct ProbeParentsTests {
  private let switch_ = ItemID("switch/s1")
  private let core = ItemID("switch/core")

  private func probe(_ name: String, item: ItemID? = nil, behind: String? = nil) throws -> ProbeDefinition {
    var fields: [String: Any] = ["name": name, "kind": "tcp", "settings": ["target": "\(name):1"]]
    fields["item"] = item?.text
    fields["behind"] = behind
    return try JSONDecoder().decode(ProbeDefinition.self, from: JSONSerialization.data(withJSONObject: fields))
  }

  /// A shop on a host, on a switch, on another.
  private func bench() async throws -> ConsoleBench {
    let bench = try await ConsoleBench()
    let declared = InventoryDeclaration(
      items: [
        ItemDeclaration(id: ConsoleBench.host, className: "host", name: "web01"),
        ItemDeclaration(id: ItemID("application/shop"), className: "application", name: "Shop"),
        ItemDeclaration(id: switch_, className: "switch", name: "s1"),
        ItemDeclaration(id: core, className: "switch", name: "core"),
      ],
      relations: [
        Relation(ItemID("application/shop"), .runsOn, ConsoleBench.host),
        Relation(ConsoleBench.host, .connectedTo, switch_),
        Relation(switch_, .connectedTo, core),
      ])
    try await bench.take(.declare(declared, digest: "abc"))
    return bench
  }

  private func parents(_ probes: ProbeDefinition...) async throws -> ProbeParents {
    ProbeParents(probes, hostName: ConsoleBench.hostName, in: try await bench().inventory.book)
  }

  @Test("the CMDB leads over what it runs on to the nearest connection that a probe looks at")
  func relations() async throws {
    let shop = try probe("shop", item: ItemID("application/shop"))
    let near = try await parents(
      shop, probe("host", item: ConsoleBench.host), probe("s1", item: switch_), probe("core", item: core))
    #expect(near.parents == ["shop": ["s1"], "host": ["s1"], "s1": ["core"]])
    let far = try await parents(shop, probe("core", item: core))
    #expect(far.parents == ["shop": ["core"]])
  }

  @Test("a definition's own word goes first: a probe, an item by its id or its name")
  func said() async throws {
    let found = try await parents(
      probe("a", behind: "b"), probe("b", item: core), probe("c", behind: "switch/core"), probe("d", behind: "core"),
      probe("e", behind: "nothing"))
    #expect(found.parents == ["a": ["b"], "c": ["b"], "d": ["b"]])
    #expect(found.unknown.map(\.probe) == ["e"])
  }
}
