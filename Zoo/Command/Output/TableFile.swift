import ZooWorkbench

/// The file of a table that `-o` names: CSV, or Parquet if its name ends so.
struct TableFile {
  static let python = Command.Option(
    name: "python", value: "PROGRAM", help: "For a table in Parquet: a Python 3 that has pyarrow; python3 if not given."
  )

  /// Where the table is to be written as CSV.
  let path: String
  private let parquet: ParquetTable?

  /// Looks whether it can be made, before any work. `nil` without `-o`.
  init?(_ invocation: Invocation) throws {
    guard let file = invocation.value("output"), ParquetTable.isNamed(file) else {
      try invocation.refuse(["python"], "has no effect without -o FILE.parquet")
      guard let file = invocation.value("output") else { return nil }
      (path, parquet) = (file, nil)
      return
    }
    let table = try ParquetTable(file, python: invocation.value("python"))
    (path, parquet) = (table.csvPath, table)
  }

  /// Writes the whole table.
  func write(_ csv: String) throws {
    try AtomicFile.write(Array(csv.utf8), to: path)
    try finish()
  }

  /// What is left to do when the table stands at ``path``.
  func finish() throws { try parquet?.finish() }
}
