import ZooFormat
import ZooImages
import ZooRuntime

extension CellTables {
  /// Positions from label images: the mean position of each number's pixels. A file holds a frame, if its name says which, or
  /// a film. O(pixels).
  static func labelImages(
    _ folder: FieldFolder, _ images: FieldImages, _ pattern: FieldPattern, numbers: DataSpec.Cells.LabelNumbers
  ) throws(ZooError) -> CellTables {
    let join = FieldJoin(images)
    let found = folder.matches(pattern)
    guard !found.isEmpty else {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.tables", problem: "no label image fits '\(pattern.text)'",
        expected: "label images such as 01_GT/TRA/man_track000.tif")
    }
    let results = ParallelMap.map(found, threads: ThreadPool.availableProcessors) { item throws(ZooError) in
      try labelImage(folder.full(item.path), of: join.field(item.values), frame: item.values["frame"], images)
    }
    var tables = CellTables()
    tables.framesAreFiles = true
    var owners: [[Int]: String] = [:]
    var jumps = LabelJumps()
    var reduced: (count: Int, factor: Int, example: String) = (0, 1, "")
    for (item, result) in zip(found, results) {
      let (rows, areas, factor) = try result.get()
      if factor > 1 { reduced = (reduced.count + 1, factor, item.path) }
      jumps.add(rows, areas)
      tables.files.append(folder.full(item.path))
      for moment in Set(rows.map { [$0.field, $0.frame] }) {
        guard let other = owners.updateValue(item.path, forKey: moment) else { continue }
        throw ZooError(
          .badInput, file: folder.full(item.path), path: "data.cells.tables",
          problem: "numbers the cells of a frame that \(other) numbers, too", expected: "one label image for a frame",
          remedy: "Name the labels in data.cells.tables, e.g. in place of '*'")
      }
      tables.rows += rows.map { row in
        var row = row
        row.table = tables.files.count - 1
        if numbers == .objects { row.track = "" }
        return row
      }
    }
    if reduced.count > 0 {
      tables.findings.append(
        "\(reduced.count) of \(Figures.counted(found.count, "label image")) smaller than \(reduced.count == 1 ? "its field" : "their fields"), e.g. \(reduced.example.onOneLine) by \(reduced.factor): positions are taken \(reduced.factor) × as large"
      )
    }
    guard images.fields.contains(where: { $0.frameCount > 1 }) else { return tables }
    if numbers == .objects {
      tables.findings.append("numbers in label images are taken as those of one frame each, and nothing is followed")
      return tables
    }
    if found.contains(where: { $0.values["frame"] == nil }) {
      tables.findings.append("numbers in label images are taken as tracks: one number is one cell in all frames")
    }
    if let finding = jumps.finding(images) { tables.findings.append(finding) }
    return tables
  }

  private static let mostReduced = 16

  /// - Returns: `factor`: how often the field is as wide as its label image.
  private static func labelImage(
    _ file: String, of field: Int, frame: String?, _ images: FieldImages
  ) throws(ZooError) -> (rows: [CellRow], areas: [Int], factor: Int) {
    let number = frame.flatMap(CellTableReader.integer)
    guard frame == nil || number != nil else {
      throw ZooError(
        .badInput, file: file, problem: "the frame is '\(frame ?? "")'", expected: "a whole number")
    }
    let film = try FieldFilm(file, ImageReading(frames: frame == nil ? .max : nil))
    let (header, whole) = (film.header, images.fields[field])
    guard header.channels == 1, header.sampleType != .float32, frame == nil || header.frames == 1 else {
      throw ZooError(
        .badInput, file: file, problem: "isn't a label image",
        expected: "one plane of whole numbers\(frame == nil ? " for each frame" : "")")
    }
    // Cells are often looked for in pictures made smaller.
    let factor = max(1, whole.width / max(1, header.width))
    guard (whole.width, whole.height) == (factor * header.width, factor * header.height), factor <= mostReduced else {
      throw ZooError(
        .badInput, file: file, problem: "has \(header.width)×\(header.height) pixels",
        expected: "\(whole.width)×\(whole.height), as the field, or a half, a third … of that")
    }
    var rows: [CellRow] = []
    var areas: [Int] = []
    for time in 0..<header.frames {
      let samples: [Float]
      do throws(ZooError) { samples = try film.plane(frame: time, channel: 0) } catch { throw error.at(file: file) }
      // Larger numbers aren't exact in what samples are held as.
      if let large = samples.first(where: { $0 >= 0x1p24 }) {
        throw ZooError(
          .badInput, file: file, problem: "numbers a cell \(Int(saturating: large))",
          expected: "numbers below \(1 << 24)", remedy: "Number the cells anew, e.g. by skimage's relabel_sequential")
      }
      let image = try Image(
        width: header.width, height: header.height, sampleType: header.sampleType, samples: samples)
      let centres = centres(image)
      areas += centres.map { $0.area * factor * factor }
      rows += centres.map { centre in
        CellRow(
          field: field, frame: number ?? whole.firstFrame + time, x: (centre.x + 0.5) * Double(factor) - 0.5,
          y: (centre.y + 0.5) * Double(factor) - 0.5,
          track: "\(centre.label)", object: "\(centre.label)", table: 0, line: 0)
      }
    }
    return (rows, areas, factor)
  }

  /// The mean position of each number's pixels, by number; 0 is the ground.
  static func centres(_ image: Image) -> [(label: Int, x: Double, y: Double, area: Int)] {
    var sums: [Int: (x: Int, y: Int, count: Int)] = [:]
    for y in 0..<image.height {
      for x in 0..<image.width {
        let value = image.samples[y * image.width + x]
        guard value > 0 else { continue }
        let old = sums[Int(saturating: value)] ?? (0, 0, 0)
        sums[Int(saturating: value)] = (old.x + x, old.y + y, old.count + 1)
      }
    }
    return sums.sorted { $0.key < $1.key }.map { label, sum in
      (label, Double(sum.x) / Double(sum.count), Double(sum.y) / Double(sum.count), sum.count)
    }
  }
}
