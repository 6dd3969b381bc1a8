/// The files of a store that are in use. Quarantined ones are not among them.
struct StoreFiles: Sendable {
  private(set) var open: [OpenDayFile] = []
  private(set) var sealed: [SealedDayFile] = []
  /// Open files that take no more samples because writing met damage; they are still read.
  private var worn: Set<DayFileName> = []
  private var distrusted: Set<DayFileName> = []

  var names: [DayFileName] { open.map(\.name) + sealed.map(\.name) }

  mutating func add(_ file: OpenDayFile) { open.append(file) }
  mutating func add(_ file: SealedDayFile) { sealed.append(file) }

  mutating func remove(_ name: DayFileName) {
    open.removeAll { $0.name == name }
    sealed.removeAll { $0.name == name }
  }

  /// Files whose rewriting failed once; they are not tried again before the next start.
  private var unsealable: Set<DayFileName> = []

  /// Open files that may be sealed when their day is over.
  var sealable: [OpenDayFile] { open.filter { !unsealable.contains($0.name) } }

  mutating func giveUpSealing(_ name: DayFileName) { unsealable.insert(name) }
  func isWornOut(_ name: DayFileName) -> Bool { worn.contains(name) }
  mutating func wearOut(_ name: DayFileName) {
    worn.insert(name)
    distrusted.remove(name)
  }

  /// The connection failed: readers keep it until another one of the same file takes its place.
  mutating func distrust(_ name: DayFileName) { distrusted.insert(name) }

  func distrusted(_ day: Day) -> DayFileName? { distrusted.first { $0.day == day } }

  mutating func replace(with file: OpenDayFile) {
    open.removeAll { $0.name == file.name }
    distrusted.remove(file.name)
    open.append(file)
  }

  /// The file that takes samples of `day`.
  func writable(_ day: Day) -> OpenDayFile? {
    open.last { $0.name.day == day && !worn.contains($0.name) && !distrusted.contains($0.name) }
  }
}
