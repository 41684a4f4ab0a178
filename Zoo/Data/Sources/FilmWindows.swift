import ZooFormat
import ZooImages

/// Films in files of their own that are longer or shorter than `data.frames`: windows are cut from the former, the latter
/// are left out where that is accepted.
struct FilmWindows {
  private(set) var entries: [SourceEntry] = []
  private(set) var files: [ImageFilesSource.Files] = []
  /// Where each entry begins in its file.
  private(set) var firstFrames: [Int] = []
  private(set) var remarks: [String] = []

  /// O(files): the headers of films are read. Those that can't be are kept, to be told with everything else.
  /// - Parameters:
  ///   - frames: What a file is expected to have; `nil` for pictures.
  ///   - reading: How a file is read.
  init(
    _ entries: [SourceEntry], _ files: [ImageFilesSource.Files], _ spec: DataSpec, frames: Int?,
    reading: (String) -> ImageReading
  ) {
    guard let frames else {
      (self.entries, self.files) = (entries, files)
      firstFrames = [Int](repeating: 0, count: entries.count)
      return
    }
    var (short, long, windows, left) = (0, 0, 0, 0)
    for (entry, rows) in zip(entries, files) {
      let path = rows.first?.first { !$0.isEmpty }
      let count = path.flatMap { try? ImageFile.header($0, reading($0)).frames } ?? frames
      guard count != frames else {
        add(entry, rows, 0)
        continue
      }
      guard count > frames else {
        short += 1
        if !spec.accepts(.shortSequences) { add(entry, rows, 0) }
        continue
      }
      let starts = spec.windowStarts(of: count, frames: frames)
      for start in starts {
        var window = entry
        window.id = "\(entry.id)/\(start + 1)"
        window.unit = entry.unit ?? entry.id
        add(window, rows, start)
      }
      long += 1
      windows += starts.count
      left += count - Set(starts.flatMap { $0..<$0 + frames }).count
    }
    if short > 0, spec.accepts(.shortSequences) { remarks.append(Self.short(short, frames)) }
    if long > 0 { remarks.append(Self.long(long, frames, windows: windows, spec.windows, left: left)) }
  }

  private mutating func add(_ entry: SourceEntry, _ rows: ImageFilesSource.Files, _ first: Int) {
    entries.append(entry)
    files.append(rows)
    firstFrames.append(first)
  }

  static func short(_ count: Int, _ frames: Int) -> String {
    "\(Figures.counted(count, "sequence")) with fewer than \(Figures.counted(frames, "frame")) left out"
  }

  static func long(_ count: Int, _ frames: Int, windows: Int, _ rule: DataSpec.Windows, left: Int) -> String {
    "\(Figures.counted(count, "sequence")) with more than \(Figures.counted(frames, "frame")) cut into \(Figures.counted(windows, "window")) (data.windows: \(rule.rawValue)); \(Figures.counted(left, "frame")) left out"
  }
}

extension DataSpec {
  /// The first frame of each window that is taken of a sequence of `count` frames, which are more than `frames`.
  func windowStarts(of count: Int, frames: Int) -> [Int] {
    switch windows {
    case .all: Array(stride(from: 0, through: count - frames, by: windowStep ?? frames))
    case .first: [0]
    case .last: [count - frames]
    }
  }
}
