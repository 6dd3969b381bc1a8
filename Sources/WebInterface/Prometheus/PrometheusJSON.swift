internal import Telemetry

/// Writes answers in the form of Prometheus' HTTP API.
/// - Source: Prometheus documentation, "HTTP API", expression query result formats.
enum PrometheusJSON {
  /// - Parameter data: JSON; megabytes of it for a graph, which are copied once only.
  static func success(_ data: [UInt8], warnings: [String] = [], infos: [String] = []) -> [UInt8] {
    var end = ""
    for (name, remarks) in [("warnings", warnings), ("infos", infos)] where !remarks.isEmpty {
      end += ",\"\(name)\":" + list(remarks.map(TextNotation.json.quoted))
    }
    end += "}"
    let beginning = #"{"status":"success","data":"#
    var bytes: [UInt8] = []
    bytes.reserveCapacity(beginning.utf8.count + data.count + end.utf8.count)
    bytes.append(contentsOf: beginning.utf8)
    bytes.append(contentsOf: data)
    bytes.append(contentsOf: end.utf8)
    return bytes
  }

  static func failure(_ failure: PrometheusFailure) -> String {
    Self.failure(kind: failure.kind.rawValue, message: failure.message)
  }

  static func failure(kind: String, message: String) -> String {
    #"{"status":"error","errorType":"\#(kind)","error":\#(TextNotation.json.quoted(message))}"#
  }

  static func data(of answer: PrometheusAnswer) -> [UInt8] {
    switch answer {
    case .vector(let samples):
      let rows = samples.map {
        #"{"metric":\#(labels($0.labels)),"\#($0.point.histogram == nil ? "value" : "histogram")":\#(point($0.point))}"#
      }
      return Array(#"{"resultType":"vector","result":[\#(rows.joined(separator: ","))]}"#.utf8)
    case .matrix(let series): return MatrixText(series).bytes
    case .scalar(let scalar): return Array(#"{"resultType":"scalar","result":\#(point(scalar))}"#.utf8)
    case .string(let at, let text):
      return Array(#"{"resultType":"string","result":[\#(time(at)),\#(TextNotation.json.quoted(text))]}"#.utf8)
    }
  }

  static func labels(_ labels: LabelSet) -> String {
    object(labels.map { ($0.name, TextNotation.json.quoted($0.value)) })
  }

  static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { TextNotation.json.quoted($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }

  static func list(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

  private static func point(_ point: PrometheusPoint) -> String {
    "[\(time(point.at)),\(point.histogram.map(histogram) ?? "\"\(number(point.value))\"")]"
  }

  /// Each bucket as `[rule, lower, upper, count]`, the rule telling which bounds belong to it; empty ones are left out.
  static func histogram(_ histogram: NativeHistogram) -> String {
    let buckets = histogram.buckets.filter { $0.count != 0 }.map {
      #"[\#($0.inclusion.rawValue),"\#(number($0.lower))","\#(number($0.upper))","\#(number($0.count))"]"#
    }
    let fields = #"{"count":"\#(number(histogram.count))","sum":"\#(number(histogram.sum))""#
    return fields + (buckets.isEmpty ? "}" : #","buckets":\#(list(buckets))}"#)
  }

  /// Seconds with as many as three decimals.
  static func time(_ instant: Timestamp) -> String {
    let sign = instant.milliseconds < 0 ? "-" : ""
    let size = instant.milliseconds.magnitude
    let rest = size % 1000
    guard rest != 0 else { return "\(sign)\(size / 1000)" }
    let digits = String(rest)
    return "\(sign)\(size / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// A sample value: the shortest digits that read back, plain from 1e-6 up to 1e21, else with an exponent.
  /// - Source: Prometheus `jsonutil.MarshalFloat`, Go's `strconv.AppendFloat(f, 'f' | 'e', -1, 64)`.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    // Here Swift's notation is Go's, but for the fraction of whole numbers.
    if abs(value) >= 1e-4, abs(value) < 1e15 {
      return value == value.rounded(.towardZero) ? String(Int64(value)) : value.description
    }
    let (digits, exponent) = shortest(abs(value))
    let sign = value < 0 ? "-" : ""
    let size = abs(value)
    return sign + (size < 1e-6 || size >= 1e21 ? scientific(digits, exponent) : plain(digits, exponent))
  }

  /// The shortest decimal digits and the power of ten of the first.
  private static func shortest(_ value: Double) -> (digits: [Character], exponent: Int) {
    var exponent = 0
    var text = Substring(String(value))
    if let mark = text.firstIndex(of: "e") {
      exponent = Int(text[text.index(after: mark)...].drop { $0 == "+" }) ?? 0
      text = text[..<mark]
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let whole = parts[0]
    var digits = Array(whole + (parts.count > 1 ? parts[1] : ""))
    exponent += whole.count - 1
    while digits.count > 1, digits.first == "0" {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (digits, exponent)
  }

  private static func plain(_ digits: [Character], _ exponent: Int) -> String {
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + String(digits) }
    if digits.count <= exponent + 1 {
      return String(digits) + String(repeating: "0", count: exponent + 1 - digits.count)
    }
    return String(digits[...exponent]) + "." + String(digits[(exponent + 1)...])
  }

  /// - Parameter value: positive and finite.
  static func scientific(_ value: Double) -> String {
    let (digits, exponent) = shortest(value)
    return scientific(digits, exponent)
  }

  private static func scientific(_ digits: [Character], _ exponent: Int) -> String {
    let fraction = digits.count > 1 ? "." + String(digits[1...]) : ""
    let power = String(abs(exponent))
    return String(digits[0]) + fraction + (exponent < 0 ? "e-" : "e+") + (power.count < 2 ? "0" + power : power)
  }
}
