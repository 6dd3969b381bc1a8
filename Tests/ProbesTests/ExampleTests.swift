// Needs the product Yams among the dependencies of this test target.
#if canImport(Yams)
  import Testing
  import Yams

  @testable import Probes

  @Suite("Examples in YAML")
  struct ExampleTests {
    @Test("every kind's example decodes and becomes a probe", arguments: ProbeCatalog.kinds.map(\.name))
    func examples(_ name: String) throws {
      let kind = try #require(ProbeCatalog.kind(named: name))
      let node = try #require(try Yams.compose(yaml: kind.example))
      let definition = try YAMLDecoder().decode(ProbeDefinition.self, from: node)
      #expect(definition.kind == name)
      #expect(definition.timeout <= definition.interval)
    }

    @Test(
      "the path of an error leads to the node it is about",
      arguments: [
        ("probes:\n- name: a\n  kind: tcp\n  interval: 5x\n", ["probes", "Index 0", "interval"]),
        ("probes:\n- name: a\n  kind: tcp\n  interval: 5\n", ["probes", "Index 0", "interval"]),
        ("probes:\n- name: a\n  kind: tcp\n  settings:\n    target: x\n", ["probes", "Index 0", "settings", "target"]),
        ("probes:\n- name: a\n  kind: tpc\n", ["probes", "Index 0", "kind"]),
      ])
    func paths(_ yaml: String, _ expected: [String]) throws {
      let node = try #require(try Yams.compose(yaml: yaml))
      do {
        _ = try YAMLDecoder().decode(ProbeFile.self, from: node)
        Issue.record("this should not decode")
      } catch DecodingError.dataCorrupted(let context) {
        #expect(context.codingPath.map { $0.intValue.map { "Index \($0)" } ?? $0.stringValue } == expected)
      }
    }
  }
#endif
