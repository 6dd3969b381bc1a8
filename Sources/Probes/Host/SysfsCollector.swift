internal import Glibc
internal import Telemetry

/// How a file of sysfs writes its number.
enum NumberForm: Sendable {
  case decimal
  /// All ones stand for a counter that the device does not have.
  case hexadecimal
  /// The number before a colon or a blank, as in `4: ACTIVE`.
  case leading
  /// bcache's sizes such as `1.3G`. What stands behind the point counts 1/1024 steps, not tenths.
  case rounded
}

/// A file of each device of a collector, and the metric that its number becomes.
struct SysfsAttribute: Sendable {
  let file: String
  let metric: String
  var form = NumberForm.decimal
  /// The number is divided by it.
  var divisor = 1.0

  init(_ file: String, _ metric: String, _ form: NumberForm = .decimal, divisor: Double = 1) {
    self.file = file
    self.metric = metric
    self.form = form
    self.divisor = divisor
  }
}

/// An attribute of a device that was found.
final class BoundAttribute {
  let file: ProcFile
  private let slot: Int
  private let form: NumberForm
  private let divisor: Double

  init(_ file: ProcFile, _ slot: Int, _ form: NumberForm, _ divisor: Double) {
    self.file = file
    self.slot = slot
    self.form = form
    self.divisor = divisor
  }

  /// A device may lack the file, or refuse to read it at the moment: it then has no such value.
  func collect(from system: HostFiles, into sink: inout HostSink) {
    guard let content = try? file.read(into: system.buffer).trimmed, !content.isEmpty else { return }
    var cursor = ByteCursor(content)
    let value: Double?
    switch form {
    case .decimal:
      value = cursor.signed()
      guard cursor.isAtEnd else { return }
    case .leading: value = cursor.signed()
    case .rounded: value = Self.rounded(&cursor)
    case .hexadecimal: value = cursor.hexadecimal().flatMap { $0 == .max ? nil : Double($0) }
    }
    if let value { sink.put(slot, divisor == 1 ? value : value / divisor) }
  }

  /// See `NumberForm.rounded`.
  static func rounded(_ cursor: inout ByteCursor) -> Double? {
    guard var value = cursor.number() else { return nil }
    if cursor.skip(UInt8(ascii: ".")), let fraction = cursor.number() { value += fraction / 10.24 }
    guard let unit = cursor.word()?.first else { return value }
    guard let power = "kMGTPEZY".utf8.enumerated().first(where: { $0.element == unit })?.offset else { return nil }
    return (0...power).reduce(value) { value, _ in value * 1024 }.rounded(.down)
  }
}

/// Attributes that a collector finds by looking around; one that comes back has its old series.
final class AttributeList {
  private var known: [String: BoundAttribute] = [:]
  private var present: [BoundAttribute] = []

  func begin() { present = [] }

  func add(
    _ path: String, _ metric: String, _ labels: [Label], _ form: NumberForm = .decimal, divisor: Double = 1,
    into sink: inout HostSink
  ) {
    let attribute = known[path] ?? BoundAttribute(ProcFile(path), sink.bind(metric, labels), form, divisor)
    known[path] = attribute
    present.append(attribute)
  }

  func collect(from system: HostFiles, into sink: inout HostSink) {
    for attribute in present { attribute.collect(from: system, into: &sink) }
  }
}

/// A device as its folder shows it.
struct SysfsDevice {
  let path: String
  let labels: [Label]
}

/// A metric of value 1 whose labels are texts of the device's files.
struct SysfsInformation: Sendable {
  let metric: String
  /// The label and the file.
  let fields: [(label: String, file: String)]
  /// Cut off where a text begins with it.
  var prefix = ""
}

/// A group of metrics that are files of devices' folders, one number each.
///
/// Devices are looked for every few rounds; one that comes back has its old series.
final class SysfsCollector: HostCollector {
  typealias Finder = (HostFiles) throws(HostReadError) -> [SysfsDevice]

  private final class Device {
    let path: String
    let attributes: [BoundAttribute]
    var information: (labels: [Label], slot: Int)?

    init(_ path: String, _ attributes: [BoundAttribute]) {
      self.path = path
      self.attributes = attributes
    }
  }

  let name: String
  private let attributes: [SysfsAttribute]
  private let information: SysfsInformation?
  private let find: Finder
  private var known: [String: Device] = [:]
  private var present: [Device] = []
  /// Of the last look, until the next.
  private var problem: HostReadError?

  init(
    _ name: String, _ attributes: [SysfsAttribute], information: SysfsInformation? = nil, find: @escaping Finder
  ) {
    self.name = name
    self.attributes = attributes
    self.information = information
    self.find = find
  }

  func collect(from system: HostFiles, into sink: inout HostSink) throws(HostReadError) {
    if system.isScanRound { scan(system, into: &sink) }
    if let problem { throw problem }
    for device in present {
      for attribute in device.attributes { attribute.collect(from: system, into: &sink) }
      if let slot = device.information?.slot { sink.put(slot, 1) }
    }
  }

  private func scan(_ system: HostFiles, into sink: inout HostSink) {
    present = []
    problem = nil
    do {
      for found in try find(system) {
        let device = known[found.path] ?? open(found, into: &sink)
        known[found.path] = device
        present.append(device)
        if let information { inform(device, found.labels, information, into: &sink) }
      }
    } catch {
      problem = error
    }
  }

  private func open(_ found: SysfsDevice, into sink: inout HostSink) -> Device {
    let bound = attributes.compactMap { attribute -> BoundAttribute? in
      let path = "\(found.path)/\(attribute.file)"
      guard access(path, R_OK) == 0 else { return nil }
      return BoundAttribute(
        ProcFile(path), sink.bind(attribute.metric, found.labels), attribute.form, attribute.divisor)
    }
    return Device(found.path, bound)
  }

  private func inform(
    _ device: Device, _ labels: [Label], _ information: SysfsInformation, into sink: inout HostSink
  ) {
    let texts = information.fields.map { field in
      let text = ProcFile.text(at: "\(device.path)/\(field.file)")?.trimmedLine ?? ""
      return Label(
        field.label, text.hasPrefix(information.prefix) ? String(text.dropFirst(information.prefix.count)) : text)
    }
    let all = labels + texts
    if device.information?.labels != all { device.information = (all, sink.bind(information.metric, all)) }
  }
}

extension Folder {
  /// As `names`, and an error when the folder cannot be read.
  static func names(of path: String) throws(HostReadError) -> [String] {
    guard let folder = opendir(path) else { throw HostReadError(path: path, code: errno).asNoData }
    closedir(folder)
    return names(in: path)
  }
}

extension String {
  /// Whether it is `prefix` and a number.
  func isNumbered(after prefix: String) -> Bool {
    hasPrefix(prefix) && count > prefix.count && dropFirst(prefix.count).allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// Without white space at its ends.
  var trimmedLine: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// Letters, digits and `_`, for a part of a metric's name.
  var asMetricPart: String {
    String(map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
  }
}
