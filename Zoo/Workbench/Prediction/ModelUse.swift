import ZooData
import ZooPlugins

/// A trained model used on data: the items that it was tested on, other labelled data, or images without labels.
public struct ModelUse: Sendable {
  let model: Model
  let path: String
  let threads: Int
  let precision: Pass.Precision

  /// - Parameter path: a `.zoo` file or the folder of a run.
  public init(_ path: String, threads: Int, precision: Pass.Precision = .float32) throws {
    model = try Model.load(path)
    self.path = path
    self.threads = threads
    self.precision = precision
    guard !model.card.classes.isEmpty, !model.card.channels.isEmpty, model.card.imageSize.height > 0 else {
      throw ZooError(
        .badInput, file: path, problem: "the model's card doesn't name channels, classes and an image size",
        expected: "a model that zoo train made", remedy: "Run it on arrays with zoo run")
    }
  }

  /// Predictions for labelled items.
  /// - Parameters:
  ///   - overrides: of the model's spec, e.g. `data.root=crops`. With `data.range`, samples are brought from it to the
  ///     model's range; without, they must be of the type that the model was trained on.
  ///   - subset: `train`, `validation`, `test` or `all`; without, the test set of the data that the model was trained
  ///     with, and all of any other data.
  ///   - tell: takes what was found in the data, a sentence each.
  public func evaluated(
    overrides: [String], subset: String?, tell: (String) -> Void = { _ in }
  ) throws -> Predictions {
    var spec = try model.spec(overrides: overrides, path: path)
    let isOther = overrides.contains { $0.hasPrefix("data.") }
    let wanted = subset ?? (isOther ? "all" : "test")
    // A folder of images has no columns to group by.
    if isOther, spec.data.source == .folder { spec.data.split.by = [] }
    // Its own data have to be split as they were in training, copies left out.
    let dataset = try Dataset.open(spec.data, for: isOther ? .evaluation : .training)
      .fitting(model.card, isRangeGiven: Self.givesRange(overrides, spec))
    dataset.remarks.forEach(tell)
    let indices: [Int]
    var split: Split?
    if wanted == "all" {
      indices = Array(dataset.samples.indices)
    } else if let part = Subset(rawValue: wanted) {
      let made = try dataset.split(spec.data.split)
      (split, indices) = (made, made[part])
    } else {
      throw ZooError(.usage, problem: "there is no subset '\(wanted)'", expected: "train, validation, test or all")
    }
    guard !indices.isEmpty else {
      throw ZooError(
        .badInput, path: "data.split.\(wanted)", problem: "the subset is empty", remedy: "Use --subset all")
    }
    var result = try predictions(
      dataset, indices, subset: wanted, group: dataset.independentNames(by: spec.data.split.by))
    // Of other data nobody knows what training had in common with them.
    if !isOther, let split {
      result.confounding = dataset.confounding(split)
      result.cautions += dataset.splitCautions(split, spec.data.split)
    } else {
      result.cautions += dataset.classesOfOneGroup(by: spec.data.split.by)
    }
    if !isOther, let note = model.card.notes[Ensemble.nothingHeldOut] {
      result.cautions.append("an ensemble on the data of its members: held-out items: \(note)")
    }
    if isOther || wanted != "test",
      let caution = try TrainedItems.caution(
        model.spec(overrides: [], path: path), dataset, indices, isSameData: !isOther, threads: threads)
    {
      result.cautions.append(caution)
    }
    return result
  }

  /// Predictions for images in files and folders of files.
  /// - Parameter overrides: of all keys, only ``imageKeys`` say something of images in files. With `data.range`, samples are
  ///   brought from it to the model's range.
  public func predicted(
    images paths: [String], overrides: [String] = [], tell: (String) -> Void = { _ in }
  ) throws -> Predictions {
    let table = paths.lazy.compactMap(listing).first
    let dataset: Dataset
    do { dataset = try self.dataset(images: paths, overrides: overrides) } catch let error as ZooError {
      guard let table else { throw error }
      var told = error
      told.remedy = "\(table.remedy)\(error.remedy.map { ". \($0)" } ?? "")"
      throw told
    }
    dataset.remarks.forEach(tell)
    if let table { tell("\(table.file) isn't used, all images of the folder are: \(table.remedy)") }
    return try predictions(dataset, Array(dataset.samples.indices), subset: "") { _ in "" }
  }

  /// The table that lists the images of a folder, as the model's spec calls it, and how it is used.
  private func listing(_ folder: String) -> (file: String, remedy: String)? {
    let own = model.card.spec.isEmpty ? nil : try? model.spec(overrides: [], path: path).data
    let name = own.map { $0.source == .csv ? $0.manifest : DataSpec().manifest } ?? DataSpec().manifest
    let file = "\(folder)/\(name)"
    guard FileKind(folder) == .folder, FileKind(file) == .file else { return nil }
    return (file, "data.root=\(folder) in its place takes what \(name) lists")
  }

  /// Images in files as the model takes them.
  func dataset(images paths: [String], overrides: [String]) throws -> Dataset {
    let given = try imageSpec(overrides)
    let trainedWith = model.card.spec.isEmpty ? nil : try? model.spec(overrides: [], path: path).data
    return try Dataset.images(paths, for: model.card, given: given, trainedWith: trainedWith)
      .fitting(model.card, isRangeGiven: given.sampleRange != nil)
  }

  /// All items of the data that the model's spec describes with `overrides`, as the model takes them.
  func dataset(overrides: [String]) throws -> Dataset { try opened(nil, overrides: overrides).dataset }

  /// The model's name and the beginning of the digest of its weights.
  var fingerprint: String {
    let names = model.graph.initializers.keys.sorted()
    let digests = names.flatMap { name in
      model.graph.initializers[name].map { tensor in tensor.withUnsafeBytes { SHA256.digest($0) } } ?? []
    }
    return "\(model.card.name) \(RunPart.hexadecimal(SHA256.digest(digests)).prefix(12))"
  }

  /// Whether the range is that of these data, rather than that of the data that the model was trained with.
  static func givesRange(_ overrides: [String], _ spec: Spec) -> Bool {
    spec.data.range != nil && overrides.contains { $0.hasPrefix("data.range=") }
  }

  /// The keys that say something of images in files.
  static let imageKeys = [
    "data.range", "data.imageChannels", "data.channelNames", "data.axes", "data.slices", "data.exclude", "data.onError",
  ]

  /// - Throws: ``ZooError`` about a key that says nothing of images in files; ``SpecProblems`` about an unknown one.
  private func imageSpec(_ overrides: [String]) throws -> DataSpec {
    guard !overrides.isEmpty else { return DataSpec() }
    let other = overrides.first { word in
      let path = word.prefix { $0 != "=" }
      return !Self.imageKeys.contains(String(path)) && SpecSchema.keys.contains { "\($0.path).".hasPrefix("\(path).") }
    }
    if let other {
      throw ZooError(
        .usage, problem: "'\(other)' says nothing of images in files",
        expected: "\(Self.imageKeys.joined(separator: ", ")) alone",
        remedy: other.hasPrefix(FolderChannels.key)
          ? "Predict folder by folder, each with its data.imageChannels"
          : "Leave it out, or give data.root=FOLDER instead of images")
    }
    return try SpecReader(registry: nil).readOne(text: "{}", file: "predict", overrides: overrides).data
  }

  func predictions(
    _ dataset: Dataset, _ indices: [Int], subset: String, group: (Int) -> String
  ) throws -> Predictions {
    let predictor = Predictor(model, batch: 32, threads: threads, precision: precision)
    let items = try predictor.predictions(
      SampleCache(dataset), indices, subset: subset, watches: true, group: group)
    var predictions = try Predictions(classes: dataset.classes, items: items)
    if let caution = PixelCaution.summary(items) { predictions.cautions.append(caution) }
    return predictions
  }
}
