internal import Glibc
internal import Telemetry

/// `node_hwmon_…`: temperatures, fans, voltages and what else the sensor chips show.
final class SensorCollector: HostCollector {
  let name = "hwmon"
  private let attributes = AttributeList()
  private var labels: [[Label]: Int] = [:]
  private var present: [Int] = []
  private var problem: HostReadError?

  private static let types: Set<String> = [
    "vrm", "beep_enable", "update_interval", "in", "cpu", "fan", "pwm", "temp", "curr", "power", "energy", "humidity",
    "intrusion", "freq",
  ]

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound {
      present = []
      attributes.begin()
      problem = nil
      let folder = system.sys + "/class/hwmon"
      do {
        for chip in try Folder.names(of: folder) { scan("\(folder)/\(chip)", into: &sink) }
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    for slot in present { sink.put(slot, 1) }
    attributes.collect(from: system, into: &sink)
  }

  private func scan(_ folder: String, into sink: inout HostSink) {
    guard let chip = Self.chipName(folder) else { return }
    if let name = ProcFile.text(at: folder + "/name").map(Self.clean), !name.isEmpty {
      say("node_hwmon_chip_names", [Label("chip", chip), Label("chip_name", name)], into: &sink)
    }
    /// sensor -> property -> path; the chip's own files before those of its device.
    var sensors: [String: [String: String]] = [:]
    for place in [folder, folder + "/device"] {
      for file in Folder.names(in: place) {
        guard let parts = Self.parts(file), Self.types.contains(parts.type) else { continue }
        sensors["\(parts.type)\(parts.number)", default: [:]][parts.property] = "\(place)/\(file)"
      }
    }
    for (sensor, properties) in sensors.sorted(by: { $0.key < $1.key }) {
      let type = String(sensor.prefix { !$0.isNumber })
      let own = [Label("chip", chip), Label("sensor", sensor)]
      if let path = properties["label"], let text = ProcFile.text(at: path)?.trimmedLine, !text.isEmpty {
        say("node_hwmon_sensor_label", own + [Label("label", text)], into: &sink)
      }
      for (property, path) in properties where property != "label" && access(path, R_OK) == 0 {
        let (metric, divisor) = Self.metric(type, property, hasPlain: properties[""] != nil)
        attributes.add(path, metric, own, divisor: divisor, into: &sink)
      }
    }
  }

  private func say(_ metric: String, _ labels: [Label], into sink: inout HostSink) {
    let key = [Label(LabelSet.metricName, metric)] + labels
    let slot = self.labels[key] ?? sink.bind(metric, labels)
    self.labels[key] = slot
    present.append(slot)
  }

  /// `temp1_crit_alarm` is the type temp, the number 1 and the property crit_alarm.
  private static func parts(_ file: String) -> (type: String, number: Int, property: String)? {
    let type = file.prefix { !$0.isNumber }
    let digits = file.dropFirst(type.count).prefix { $0.isNumber }
    let rest = file.dropFirst(type.count + digits.count)
    if digits.isEmpty { return types.contains(file) ? (file, 0, "") : nil }
    guard let number = Int(digits), rest.isEmpty || rest.hasPrefix("_"), rest != "_" else { return nil }
    return (String(type), number, String(rest.dropFirst()))
  }

  /// The kernel's units are milli or micro; a property that is no measurement has none.
  private static func metric(_ type: String, _ property: String, hasPlain: Bool) -> (String, Double) {
    switch type {
    case "beep_enable": return ("node_hwmon_beep_enabled", 1)
    case "vrm": return ("node_hwmon_voltage_regulator_version", 1)
    case "update_interval": return ("node_hwmon_update_interval_seconds", 1000)
    default: break
    }
    var name = "node_hwmon_" + type
    if property == "input" {
      if hasPlain { name += "_input" }
    } else if !property.isEmpty {
      name += "_" + clean(property)
    }
    switch (type, property) {
    case (_, "fault"), (_, "alarm"): return (name, 1)
    case (_, "beep"): return (name + "_enabled", 1)
    case ("in", _), ("cpu", _): return (name + "_volts", 1000)
    case ("temp", _) where property != "type": return (name + "_celsius", 1000)
    case ("curr", _): return (name + "_amps", 1000)
    case ("energy", _): return (name + "_joule_total", 1e6)
    case ("power", "accuracy"): return (name, 1e6)
    case ("power", "average_interval"), ("power", "average_interval_min"), ("power", "average_interval_max"):
      return (name + "_seconds", 1000)
    case ("power", _): return (name + "_watt", 1e6)
    case ("humidity", _): return (name, 1e6)
    case ("fan", "input"), ("fan", "min"), ("fan", "max"), ("fan", "target"): return (name + "_rpm", 1)
    case ("freq", "input"): return (name + "_freq_mhz", 1e6)
    default: return (name, 1)
    }
  }

  /// The path of the device, which stays when the chips are numbered anew; else the chip's own name.
  private static func chipName(_ folder: String) -> String? {
    if let device = Folder.resolved(folder + "/device") {
      let parts = device.split(separator: "/").suffix(2).map { clean(String($0)) }.filter { !$0.isEmpty }
      if !parts.isEmpty { return parts.joined(separator: "_") }
    }
    if let name = ProcFile.text(at: folder + "/name").map(clean), !name.isEmpty { return name }
    return Folder.resolved(folder)?.split(separator: "/").last.map { clean(String($0)) }
  }

  private static func clean(_ text: String) -> String {
    let lower = text.lowercased().map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ":")
        ? character : "_"
    }
    return String(lower.drop { $0 == "_" }.reversed().drop { $0 == "_" }.reversed())
  }
}

extension Folder {
  /// Without links in it; `nil` when it does not exist.
  static func resolved(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}

/// `node_rapl_…_joules_total`: the energy that processor packages took. Readable by root only.
final class EnergyCollector: HostCollector {
  let name = "rapl"
  private let attributes = AttributeList()
  private var problem: HostReadError?

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound { scan(system, into: &sink) }
    if let problem { throw problem }
    attributes.collect(from: system, into: &sink)
  }

  private func scan(_ system: HostFiles, into sink: inout HostSink) {
    attributes.begin()
    problem = nil
    let folder = system.sys + "/class/powercap"
    var used: [String: Int] = [:]
    do {
      for zone in try Folder.names(of: folder) {
        guard var name = ProcFile.text(at: "\(folder)/\(zone)/name")?.trimmedLine else { continue }
        var index = used[name, default: 0]
        let parts = name.split(separator: "-")
        if parts.count == 2, let own = Int(parts[1]) { (name, index) = (String(parts[0]), own) }
        used[name] = index + 1
        let path = "\(folder)/\(zone)"
        guard access(path + "/energy_uj", R_OK) == 0 else {
          if errno == EACCES {
            system.lack(.files, path + "/energy_uj cannot be read")
            problem = .noData(path)
          }
          continue
        }
        attributes.add(
          path + "/energy_uj", "node_rapl_\(name.asMetricPart)_joules_total",
          [Label("index", "\(index)"), Label("path", path)], divisor: 1e6, into: &sink)
      }
    } catch {
      problem = error
    }
  }
}
