internal import Telemetry

/// The labels of many series in 8 bytes a label: every distinct name and value is kept once and numbered.
///
/// A `LabelSet` of six labels takes some 230 bytes, more than five minutes of the series' samples, so it is only made
/// when somebody reads it.
final class LabelTable {
  private var numbers: [String: UInt32] = [:]
  private var texts: [String] = []
  /// Name and value numbers of all series, one after the other.
  private var pairs: [UInt32] = []
  private var places: [Place] = []
  private var abandoned = 0

  private struct Place {
    var start: UInt32
    var count: UInt32
  }

  subscript(series: UInt32) -> LabelSet {
    let place = places[Int(series)]
    var labels: [Label] = []
    labels.reserveCapacity(Int(place.count))
    for index in 0..<Int(place.count) {
      let pair = Int(place.start) + 2 * index
      labels.append(Label(texts[Int(pairs[pair])], texts[Int(pairs[pair + 1])]))
    }
    return LabelSet(sorted: labels)
  }

  /// - Parameter series: a number given back before, or the next free one.
  func set(_ series: UInt32, to labels: LabelSet) {
    if places.count == Int(series) { places.append(Place(start: 0, count: 0)) }
    places[Int(series)] = Place(start: UInt32(pairs.count), count: UInt32(labels.count))
    for label in labels {
      pairs.append(intern(label.name))
      pairs.append(intern(label.value))
    }
  }

  /// The place is used again when half of all places are abandoned.
  func remove(_ series: UInt32) {
    abandoned += 2 * Int(places[Int(series)].count)
    places[Int(series)].count = 0
    guard abandoned > 1024, abandoned > pairs.count / 2 else { return }
    let compact = LabelTable()
    for series in places.indices { compact.set(UInt32(series), to: self[UInt32(series)]) }
    (numbers, texts, pairs, places) = (compact.numbers, compact.texts, compact.pairs, compact.places)
    abandoned = 0
  }

  var byteCount: Int {
    pairs.capacity * 4 + places.capacity * 8 + texts.capacity * 16 + numbers.capacity * 28
  }

  private func intern(_ text: String) -> UInt32 {
    if let known = numbers[text] { return known }
    let number = UInt32(texts.count)
    numbers[text] = number
    texts.append(text)
    return number
  }
}
