import Foundation
import Testing

extension EndToEnd {
  @Suite("Secrets")
  struct SecretTests {
    /// What is to be searched, and where it came from.
    private struct Shown: Sendable {
      let place: String
      let bytes: Foundation.Data

      init(_ place: String, _ bytes: Foundation.Data) {
        self.place = place
        self.bytes = bytes
      }

      init(_ place: String, _ text: String) { self.init(place, Foundation.Data(text.utf8)) }

      func has(_ text: String) -> Bool { bytes.range(of: Foundation.Data(text.utf8)) != nil }
    }

    /// The mark as it is, in hexadecimal, and in base 64 behind any number of bytes.
    private static let forms: [Foundation.Data] = {
      let mark = Array(SecretWorld.mark.utf8)
      let hexadecimal = mark.map { String($0, radix: 16) }.joined()
      let encoded = (0..<3).map { offset in
        let text = Foundation.Data([UInt8](repeating: 0, count: offset) + mark).base64EncodedString()
        return String(text.dropFirst((offset * 8 + 5) / 6).prefix(mark.count * 8 / 6 - 1))
      }
      return ([SecretWorld.mark, hexadecimal, hexadecimal.uppercased()] + encoded).map { Foundation.Data($0.utf8) }
    }()

    /// Every place at which a form of the mark stands, with what stands around it.
    private func leaks(in shown: [Shown]) -> [String] {
      shown.flatMap { shown in
        Self.forms.compactMap { form in
          guard let found = shown.bytes.range(of: form)?.lowerBound else { return nil }
          let around = shown.bytes[max(0, found - 150)..<min(shown.bytes.count, found + 60)]
          return "\(shown.place): …\(String(decoding: around, as: UTF8.self))…"
        }
      }
    }

    @Test("a search finds each form of a secret", arguments: 0..<3)
    func search(_ offset: Int) {
      let secret = [UInt8](repeating: 0x2d, count: offset) + Array("\(SecretWorld.mark)1".utf8)
      let encoded = Foundation.Data(secret).base64EncodedString()
      let hexadecimal = secret.map { String($0, radix: 16) }.joined()
      for text in [String(decoding: secret, as: UTF8.self), encoded, hexadecimal, hexadecimal.uppercased()] {
        #expect(leaks(in: [Shown("here", "a\(text)b")]).count == 1, "\(text)")
      }
      #expect(leaks(in: [Shown("here", "nothing")]).isEmpty)
    }

    @Test("no secret is shown anywhere, whoever quotes it", .timeLimit(.minutes(5)))
    func everywhere() async throws {
      let folder = try ScratchFolder()
      let world = try await SecretWorld(in: folder)
      defer { world.stop() }
      let watchkeeper = Watchkeeper(in: folder)
      let check = try await ChildProcess.run(
        Watchkeeper.executable, ["check", watchkeeper.configurationFolder], environment: world.environment, in: folder)
      #expect(check.ending == .exited(0), "\(check.output)")
      try await watchkeeper.startAndAwaitReady(environment: world.environment)
      defer { watchkeeper.kill() }

      var shown = [Shown("check", check.output)]
      try await Waiting.untilTrue("a run of each probe; it said: \(watchkeeper.output)", seconds: 90) {
        shown += arguments(of: try #require(watchkeeper.pid))
        return try ran(watchkeeper) == Set(world.probeNames)
      }
      try await Waiting.untilTrue("notifications and remote writes; it said: \(watchkeeper.output)", seconds: 60) {
        shown += arguments(of: try #require(watchkeeper.pid))
        return try told(watchkeeper)
      }
      #expect(shown.contains { $0.place.hasPrefix("/proc/") && $0.has("--data") })
      shown += try await pages(of: watchkeeper, world)
      shown += try await commands(on: watchkeeper, world)
      try await watchkeeper.stop()
      shown.append(Shown("what it said", watchkeeper.output))
      shown += files(of: watchkeeper)
      #expect(leaks(in: shown) == [])
      let kept = try FileManager.default.attributesOfItem(atPath: watchkeeper.lastGood)
      #expect(kept[.posixPermissions] as? Int == 0o600)
      #expect(
        !leaks(in: [Shown("kept", FileManager.default.contents(atPath: watchkeeper.lastGood) ?? .init())]).isEmpty)
    }

    private func ran(_ watchkeeper: Watchkeeper) throws -> Set<String> {
      let lines = try watchkeeper.ask("GET", "/metrics").body.split(separator: "\n")
      return Set(
        lines.compactMap { line in
          guard let match = line.firstMatch(of: /^watchkeeper_probe_runs_total\{.*probe="([^"\/]+).*\} ([0-9]+)/) else {
            return nil
          }
          return match.2 == "0" ? nil : String(match.1)
        })
    }

    /// Whether receivers and remote write have been refused, and have said so.
    private func told(_ watchkeeper: Watchkeeper) throws -> Bool {
      let metrics = try watchkeeper.ask("GET", "/metrics").body
      let wanted = ["deliveries_refused_total", "deliveries_retried_total", "remote_storage_samples_failed_total"]
      return wanted.allSatisfy { name in
        metrics.split(separator: "\n").contains { $0.hasPrefix("watchkeeper_\(name)") && !$0.hasSuffix(" 0") }
      }
    }

    // MARK: Places

    /// Of the program and of all that it has started.
    private func arguments(of program: Int32) -> [Shown] {
      let all = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap(Int32.init)
      let parents = Dictionary(
        uniqueKeysWithValues: all.compactMap { pid -> (Int32, Int32)? in
          let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
          let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
          return fields.count > 1 ? Int32(fields[1]).map { (pid, $0) } : nil
        })
      return all.filter { $0 == program || parents[$0] == program }.map {
        Shown("/proc/\($0)/cmdline", FileManager.default.contents(atPath: "/proc/\($0)/cmdline") ?? .init())
      }
    }

    /// The API, what others scrape, and every page that tells of probes.
    private func pages(of watchkeeper: Watchkeeper, _ world: SecretWorld) async throws -> [Shown] {
      let all = "%7B__name__%3D~%22.%2B%22%7D"
      var paths = [
        "/metrics", "/federate?match[]=\(all)", "/api/status", "/api/v1/targets", "/api/v1/rules", "/api/v1/alerts",
        "/api/v1/series?match[]=\(all)", "/api/v1/labels", "/api/v1/metadata", "/api/v1/status/flags",
        "/api/v1/status/runtimeinfo", "/api/v1/query?query=\(all)", "/api/v1/status/tsdb", "/overview", "/hosts",
        "/rules",
        "/incidents?which=all", "/cmdb", "/maintenance", "/probes", "/explore",
      ]
      paths += world.probeNames.map { "/probes/\($0)" }
      let incidents = try watchkeeper.incidents().compactMap { $0["number"] as? String }
      #expect(!incidents.isEmpty)
      paths += incidents.map { "/incidents/\($0)" }
      var shown: [Shown] = []
      for path in paths {
        for type in path.hasPrefix("/api/") ? ["application/json"] : ["application/json", "text/html"] {
          let answer = try watchkeeper.ask("GET", path, accepting: type)
          #expect(answer.status == 200, "\(path): \(answer.status)")
          shown.append(Shown("\(path) as \(type)", answer.body))
        }
      }
      #expect(shown.contains { $0.place.hasPrefix("/probes/") && $0.has("(secret)") })
      return shown
    }

    private func commands(on watchkeeper: Watchkeeper, _ world: SecretWorld) async throws -> [Shown] {
      let config = ["--config", watchkeeper.configurationFolder]
      var all = [["status", "--output", "json", "--data", watchkeeper.dataFolder]]
      all += world.probeNames.map { ["probe", "try", $0, "--output", "json"] + config }
      // The words of the table are those of the JSON; one of each kind of answer tells.
      all += world.probeNames.indices.filter { $0 % 2 == 1 }.map { ["probe", "try", world.probeNames[$0]] + config }
      return try await withThrowingTaskGroup(of: Shown.self) { group in
        var shown: [Shown] = []
        for (index, words) in all.enumerated() {
          if index >= 8, let done = try await group.next() { shown.append(done) }
          group.addTask {
            let answer = try await ChildProcess.run(
              Watchkeeper.executable, words, environment: world.environment, in: world.folder, within: 60)
            return Shown(words.prefix(5).joined(separator: " "), answer.output)
          }
        }
        for try await done in group { shown.append(done) }
        return shown
      }
    }

    /// Of the data folder, but for the copy of the configuration that its owner alone may read.
    private func files(of watchkeeper: Watchkeeper) -> [Shown] {
      let names = FileManager.default.enumerator(atPath: watchkeeper.dataFolder)?.compactMap { $0 as? String } ?? []
      return names.map { watchkeeper.dataFolder + "/" + $0 }.filter { $0 != watchkeeper.lastGood }.compactMap { path in
        FileManager.default.contents(atPath: path).map { Shown(path, $0) }
      }
    }
  }
}
