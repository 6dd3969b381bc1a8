/// The binary operators; the raw value is their spelling.
public enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case power = "^"
  case atan2
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  /// Cuts a native histogram above (below) a value; floats have nothing to cut.
  case trimUpper = "</"
  case trimLower = ">/"
  case and
  case or
  case unless

  /// Higher binds tighter.
  var precedence: Int {
    switch self {
    case .or: 1
    case .and, .unless: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .trimUpper, .trimLower: 3
    case .add, .subtract: 4
    case .multiply, .divide, .modulo, .atan2: 5
    case .power: 6
    }
  }

  /// A sign binds like multiplication: `-2 ^ 2` is −4, `-a * b` is (−a) × b.
  static let signPrecedence = 5

  var isRightAssociative: Bool { self == .power }
  var isComparison: Bool { precedence == 3 && !isTrim }
  var isTrim: Bool { self == .trimUpper || self == .trimLower }
  var isSetOperation: Bool { precedence <= 2 }

  /// The value of an arithmetic operator; NaN for the others, which have no value of their own.
  func arithmetic(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .modulo: left.truncatingRemainder(dividingBy: right)
    case .power: Mathematics.power(left, right)
    case .atan2: Mathematics.atan2(left, right)
    default: .nan
    }
  }

  /// The truth of a comparison; `false` for the others.
  func compares(_ left: Double, _ right: Double) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    default: false
    }
  }
}

/// The aggregations; the raw value is their spelling.
public enum AggregationOperator: String, Hashable, Sendable, CaseIterable {
  case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile
  case countValues = "count_values"
  case limitk
  case limitRatio = "limit_ratio"

  /// The type of the parameter before the vector; `nil` when there is none.
  package var parameterType: ValueType? {
    switch self {
    case .topk, .bottomk, .quantile, .limitk, .limitRatio: .scalar
    case .countValues: .string
    default: nil
    }
  }

  package var isExperimental: Bool { self == .limitk || self == .limitRatio }
}

/// How two vectors are matched.
public struct VectorMatching: Hashable, Sendable {
  public enum Cardinality: Hashable, Sendable { case oneToOne, manyToOne, oneToMany, manyToMany }
  public enum Basis: Hashable, Sendable { case on([String]), ignoring([String]) }

  public var cardinality: Cardinality
  public var basis: Basis
  /// Labels taken over from the "one" side.
  public var include: [String]
  /// The value that stands for a missing left (right) element; experimental.
  public var fillLeft: NumberLiteral?
  public var fillRight: NumberLiteral?
  /// Whether `on` or `ignoring` was written.
  public var isExplicit: Bool

  /// What holds where nothing about matching was written.
  static let standard = VectorMatching(cardinality: .oneToOne, basis: .ignoring([]), include: [], isExplicit: false)
}
