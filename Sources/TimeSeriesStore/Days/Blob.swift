internal import Foundation
internal import GRDB

extension [UInt8] {
  var blob: Data { Data(self) }
}

extension Row {
  /// The raw bytes of a column for the length of `body`; empty when it is NULL or no blob.
  func withBytes<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try withUnsafeData(atIndex: index) { data in
      try (data ?? Data()).withUnsafeBytes { try body($0) }
    }
  }
}

extension Error {
  /// The file's pages contradict themselves, as opposed to a disk or a connection that fails.
  var isFileDamage: Bool {
    let code = (self as? DatabaseError)?.resultCode
    return code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
  }
}
