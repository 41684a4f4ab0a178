import ZooData
import ZooPlugins

extension Dataset {
  /// Images in files, without labels, as the model of `card` takes them. A path may be a folder: the images in it and in
  /// the folders below are taken, in the order of their names; hidden files and what is no image are counted in
  /// ``remarks``.
  /// - Parameters:
  ///   - given: What is said of these files: range, names of channels, axes.
  ///   - trainedWith: What was said of the files that the model was trained with.
  /// - Throws: ``ZooError`` with every file that can't be read or doesn't fit.
  static func images(_ paths: [String], for card: Card, given: DataSpec = DataSpec(), trainedWith: DataSpec? = nil)
    throws -> Dataset
  {
    let exclude = given.exclude.isEmpty ? trainedWith?.exclude ?? [] : given.exclude
    var walk = ImageWalk(FileExclusion(exclude, tellsUnused: !given.exclude.isEmpty))
    for path in paths { try walk.add(path) }
    let files = walk.files
    guard !files.isEmpty else {
      throw ZooError(
        .badInput, file: paths.joined(separator: ", "),
        problem: "holds no images" + (walk.remarks.isEmpty ? "" : ": " + walk.remarks.joined(separator: "; ")),
        expected: "PNG, TIFF or JPEG files", remedy: walk.remedy)
    }
    let model = ModelReading(
      card, given: FileDescription(given), trained: trainedWith.map { FileDescription($0) } ?? FileDescription())
    var reading = given
    (reading.slices, reading.axes) = (model.slices, model.axes)
    reading.channelNames = trainedWith?.channelNames.merging(given.channelNames) { $1 } ?? given.channelNames
    reading.windows = trainedWith?.windows ?? given.windows
    reading.windowStep = trainedWith?.windowStep
    reading.accept = trainedWith?.accept ?? []
    let source = try ImageFilesSource(
      entries: files.map { SourceEntry(id: $0, className: nil) }, files: files.map { [[$0]] },
      channelNames: given.imageChannels, hasFilePerChannel: false, frames: card.frames, range: given.sampleRange,
      given: reading, unstatedAxes: model.unstatedAxes, model: model.naming)
    let channels = try model.places(in: source.channels)
    var problems = Problems()
    // A film that is longer than a sample gives several.
    let names = source.entries.map(\.id)
    var review = source.review(Array(names.indices), channels: channels)
    var taken = Array(names.indices)
    var remarks = walk.remarks + source.remarks + [review.stacks(reading.slices)].compactMap { $0 }
    if given.onError == .skip {
      // Files that are unlike the others, such as drawings beside crops, are looked at one by one.
      let bad = names.indices.filter { file in
        let own = source.review([file], channels: channels)
        return !own.unreadable.isEmpty || !own.problems.isEmpty
      }
      taken.removeAll { bad.contains($0) }
      review.problems = []
      review.unreadable = []
      if !bad.isEmpty {
        let shown = bad.prefix(5).map { names[$0].onOneLine }.joined(separator: ", ") + (bad.count > 5 ? ", …" : "")
        remarks.append(
          "\(Figures.counted(bad.count, "file")) left out by data.onError=skip: can't be read or don't fit (\(shown))")
      }
      guard !taken.isEmpty else {
        throw ZooError(
          .badInput, file: files[0], problem: "none of \(Figures.counted(names.count, "file")) can be read or fits")
      }
    }
    problems.add(review.problems + review.unreadable.map(\.error))
    do { try problems.check() } catch {
      guard names.count > 1 else { throw error }
      var stopped = error
      let how = "data.onError=skip leaves such files out"
      stopped.remedy = stopped.remedy.map { "\($0). \(how)" } ?? how
      throw stopped
    }
    return Dataset(
      samples: taken.map { names[$0] }.map { Sample(id: $0, label: nil, groups: [], subset: nil, unit: nil) },
      classes: card.classes,
      channels: card.channels, groupColumns: [], frames: card.frames, height: card.imageSize.height,
      width: card.imageSize.width, sampleType: source.sampleType, sampleRange: source.sampleRange, note: nil,
      isSimulated: false, remarks: remarks, source: source, entries: taken, sourceChannels: channels)
  }
}

extension FileDescription {
  /// What a spec says of files.
  fileprivate init(_ data: DataSpec) {
    self.init(
      imageChannels: data.imageChannels, folderChannels: Array(data.folderChannels.values),
      channelNames: data.channelNames, axes: data.axes, slices: data.slices)
  }
}
