/// Go's comparison, indexing and slicing of template values.
enum TemplateComparison {
  static func equal(_ one: TemplateValue, _ other: TemplateValue) throws(TemplateStop) -> Bool {
    switch (one, other) {
    case (.boolean(let left), .boolean(let right)): return left == right
    case (.integer(let left), .integer(let right)): return left == right
    case (.number(let left), .number(let right)): return left == right
    case (.string(let left), .string(let right)): return left == right
    case (.duration(let left), .duration(let right)): return left == right
    case (.time(let left), .time(let right)): return left == right
    case (.nothing, .nothing): return true
    case (.nothing, _), (_, .nothing): return false
    default: throw incompatible(one, other)
    }
  }

  static func less(_ one: TemplateValue, _ other: TemplateValue) throws(TemplateStop) -> Bool {
    switch (one, other) {
    case (.integer(let left), .integer(let right)): return left < right
    case (.number(let left), .number(let right)): return left < right
    case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.duration(let left), .duration(let right)): return left < right
    default: throw incompatible(one, other)
    }
  }

  private static func incompatible(_ one: TemplateValue, _ other: TemplateValue) -> TemplateStop {
    let isMixed =
      switch (one, other) {
      case (.number, .integer), (.integer, .number): true
      default: false
      }
    let names = "\(one.typeName) and \(other.typeName)"
    let advice = isMixed ? " – write the whole number with a point, as 5.0" : ""
    return .problem("incompatible types for comparison: \(names)\(advice)")
  }

  static func length(_ value: TemplateValue) throws(TemplateStop) -> TemplateValue {
    switch value {
    case .string(let text): return .integer(Int64(text.utf8.count))
    case .list(let items): return .integer(Int64(items.count))
    case .labels(let pairs): return .integer(Int64(pairs.count))
    case .map(let pairs): return .integer(Int64(pairs.count))
    default: throw .problem("len of type \(value.typeName)")
    }
  }

  static func element(of value: TemplateValue, _ key: TemplateValue) throws(TemplateStop) -> TemplateValue {
    switch (value, key) {
    case (.labels(let pairs), .string(let name)): return .string(pairs[name] ?? "")
    case (.map(let pairs), .string(let name)): return pairs[name] ?? .nothing
    case (.list(let items), .integer(let index)):
      guard index >= 0, index < Int64(items.count) else { throw .problem("index out of range: \(index)") }
      return items[Int(index)]
    case (.string(let text), .integer(let index)):
      let bytes = Array(text.utf8)
      guard index >= 0, index < Int64(bytes.count) else { throw .problem("index out of range: \(index)") }
      return .integer(Int64(bytes[Int(index)]))
    case (.labels, _), (.map, _), (.list, _), (.string, _):
      throw .problem("cannot index \(value.typeName) with \(key.typeName)")
    default: throw .problem("can't index item of type \(value.typeName)")
    }
  }

  static func slice(_ value: TemplateValue, _ bounds: [TemplateValue]) throws(TemplateStop) -> TemplateValue {
    var count = 0
    switch value {
    case .string(let text): count = text.utf8.count
    case .list(let items): count = items.count
    default: throw .problem("can't slice item of type \(value.typeName)")
    }
    var limits = [0, count]
    for (position, bound) in bounds.enumerated() where position < 2 {
      guard case .integer(let index) = bound, index >= 0, index <= Int64(count) else {
        throw .problem("slice index out of range: \(bound.text)")
      }
      limits[position] = Int(index)
    }
    guard limits[0] <= limits[1] else { throw .problem("slice index out of range: \(limits[0]) > \(limits[1])") }
    switch value {
    case .string(let text): return .string(String(decoding: Array(text.utf8)[limits[0]..<limits[1]], as: UTF8.self))
    case .list(let items): return .list(Array(items[limits[0]..<limits[1]]))
    default: return .nothing
    }
  }
}
