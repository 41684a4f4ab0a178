import Foundation
import ZooFormat
import ZooImages

/// A folder with one subfolder of images for each class, or with subfolders train, val and test above those.
package struct FolderSource {
  let source: ImageFilesSource
  /// What stands in the folder and isn't taken.
  let remarks: [String]

  /// O(files).
  init(_ spec: DataSpec, root: String) throws(ZooError) {
    if let error = ForeignFormat.refusal(folder: root) { throw error }
    var columns: [String] = []
    var listing: Listing
    if let names = spec.images {
      listing = try Self.listing(root, names: names, spec, columns: &columns)
    } else {
      listing = try Self.listing(
        root, hasSubsets: spec.split.folders, classes: spec.classes, exclude: spec.exclude)
    }
    try Self.joined(&listing, &columns, spec, root: root)
    let channels = listing.channels
    source = try ImageFilesSource(
      entries: listing.entries,
      files: channels.map { $0.samples.map { [$0.files] } } ?? listing.entries.map { [["\(root)/\($0.id)"]] },
      channelNames: channels?.names ?? spec.imageChannels, hasFilePerChannel: channels != nil, frames: spec.frames,
      declaredClasses: listing.classes, groupColumns: columns, range: spec.sampleRange, given: spec,
      masked: channels?.masked ?? [], lost: channels?.lost ?? [])
    remarks = listing.remarks + source.remarks
  }

  package struct Listing {
    package var classes: [String] = []
    /// An entry for each image, whose `id` is its path in the folder.
    package var entries: [SourceEntry] = []
    var remarks: [String] = []
    /// Where each channel has a file of its own: a sample for each entry.
    package var channels: ChannelFiles?
    /// The ends of names that are alike otherwise, and a folder of such.
    fileprivate var sets: (ends: [String], folder: String)?
    /// Channels and frames anywhere in names, and a folder of such.
    fileprivate var tokens: (names: NameTokens, folder: String)?

    /// What names of files and folders say against taking them as they are.
    mutating func tellNames() {
      let paths = entries.map(\.id)
      remarks += [FolderCopies.remark(paths), MaskNames.remark(paths)].compactMap(\.self)
    }
  }

  /// - Parameters:
  ///   - hasSubsets: Whether folders train, val and test stand above those of the classes.
  ///   - chosen: The classes that somebody named.
  ///   - exclude: Patterns of files and folders that are left out.
  package static func listing(
    _ root: String, hasSubsets: Bool, classes chosen: [String] = [], exclude: [String] = []
  ) throws(ZooError) -> Listing {
    var tally = SkippedFiles(FileExclusion(exclude))
    let all = try contents(root).filter { !tally.excludes($0, in: root) }
    let names = all.filter { FileKind(root + "/" + $0) == .folder }
    guard !names.isEmpty else { throw try refusal(root, "has no subfolders", chosen) }
    for name in all where !names.contains(name) {
      if ImageFile.isNamedAsImage(name) {
        tally.addImage()
      } else if ForeignFormat.named(name) != nil {
        tally.add(file: name)
      }
    }
    let foreign = tally.remedy
    var listing = Listing()
    if hasSubsets {
      let subsets = names.filter { SubsetWords.subset($0) != nil }
      guard !subsets.isEmpty else {
        throw ZooError(
          .badInput, file: root, path: "data.split.folders",
          problem: "has no subfolder that is called train, val or test (\(names.prefix(8).joined(separator: ", ")))",
          expected: "train, val and test above the folders of the classes", remedy: "Set data.split.folders=false")
      }
      for name in names where SubsetWords.subset(name) == nil { tally.add(folder: name) }
      for name in subsets {
        let classes = try contents(root + "/" + name).filter {
          FileKind("\(root)/\(name)/\($0)") == .folder && !tally.excludes("\(name)/\($0)", in: root)
        }
        try add(classes, in: name + "/", of: root, subset: SubsetWords.subset(name), &listing, &tally)
      }
    } else {
      if let error = try subsetFolders(root, names) { throw error }
      if let error = try subsetsOfImages(root, names, chosen) { throw error }
      try add(names, in: "", of: root, subset: nil, &listing, &tally)
    }
    listing.classes = Set(listing.classes).sorted(by: NaturalOrder.precedes)
    guard !listing.entries.isEmpty else {
      throw try refusal(root, "no class has any images (\(names.prefix(8).joined(separator: ", ")))", chosen)
    }
    if listing.classes.count == 1, let foreign {
      throw ZooError(
        .badInput, file: root,
        problem: "there is only the subfolder '\(listing.classes[0])', beside \(tally.remarks.joined(separator: "; "))",
        expected: "one subfolder of images for each class", remedy: foreign)
    }
    if let error = ItemFolders(listing.entries.map { (folder: $0.className ?? "", path: $0.id) }).refusal(
      root, chosen: chosen)
    {
      throw error
    }
    let aspects = AspectFolders(listing.entries.map(\.id), level: hasSubsets ? 1 : 0)
    if let error = aspects.refusal(root, chosen: chosen) { throw error }
    listing.remarks = tally.remarks
    listing.tellNames()
    if let doubt = aspects.doubt(chosen: chosen) { listing.remarks.append(doubt) }
    if let sets = listing.sets {
      let ends = sets.ends.prefix(6).joined(separator: ", ") + (sets.ends.count > 6 ? " …" : "")
      listing.remarks.append(
        "names in '\(sets.folder)' and others come in sets that differ in their ends alone (\(ends)): each file is taken as an image of its own, those of a set stay on one side of the split; if they are channels of one cell, data.images says so by {channel}, e.g. '{class}/*_{channel}.*'; if they are frames, list them in a manifest.csv"
      )
    }
    if let (names, folder) = listing.tokens {
      let above = hasSubsets ? "*/" : ""
      listing.remarks.append(
        "names in '\(folder)' and others differ in \(names.told(in: "\(above){\(classPart)}")); those of a set stay on one side of the split"
      )
    }
    return listing
  }

  private static func add(
    _ classes: [String], in folder: String, of root: String, subset: Subset?, _ listing: inout Listing,
    _ tally: inout SkippedFiles
  ) throws(ZooError) {
    for name in classes {
      listing.classes.append(name.trimmed)
      let files = try contents("\(root)/\(folder)\(name)").filter {
        !tally.excludes("\(folder)\(name)/\($0)", in: root)
      }
      let sets = FileSets(files.filter(ImageFile.isNamedAsImage))
      if !sets.ends.isEmpty, listing.sets == nil { listing.sets = (sets.ends, "\(folder)\(name)") }
      let tokens = sets.ends.isEmpty ? NameTokens(files.filter(ImageFile.isNamedAsImage)) : nil
      if let tokens, listing.tokens == nil { listing.tokens = (tokens, "\(folder)\(name)") }
      for file in files {
        let path = "\(folder)\(name)/\(file)"
        if ImageFile.isNamedAsImage(file) {
          let unit = (sets.stems[file] ?? tokens?.stems[file]).map { "\(folder)\(name)/\($0)" }
          listing.entries.append(SourceEntry(id: path, className: name, subset: subset, unit: unit))
        } else if FileKind("\(root)/\(path)") == .folder {
          tally.add(folder: path)
        } else {
          tally.add(file: path)
        }
      }
    }
  }

  /// Names of subsets where classes are expected, as web services export them.
  private static func subsetFolders(_ root: String, _ names: [String]) throws(ZooError) -> ZooError? {
    guard hasSubsetFolders(root) else { return nil }
    return ZooError(
      .badInput, file: root, problem: "the subfolders are \(names.joined(separator: ", ")), which are no classes",
      expected: "one subfolder of images for each class",
      remedy: "Set data.split.folders=true to use these subsets; the folders below them are the classes then")
  }

  /// The same for subsets that hold images themselves, whose classes then stand elsewhere.
  private static func subsetsOfImages(
    _ root: String, _ names: [String], _ chosen: [String]
  ) throws(ZooError) -> ZooError? {
    guard Set(names.compactMap(SubsetWords.subset)).count > 1, names.allSatisfy({ SubsetWords.subset($0) != nil }),
      !chosen.contains(where: names.contains)
    else { return nil }
    let table = names.lazy.compactMap { name in
      (try? contents("\(root)/\(name)"))?.first {
        ["csv", "tsv", "json", "jsonl"].contains(($0 as NSString).pathExtension)
      }
      .map { "\(name)/\($0)" }
    }.first
    return ZooError(
      .badInput, file: root,
      problem: "the subfolders are \(names.joined(separator: ", ")), which are no classes, and hold images themselves",
      expected: "one subfolder of images for each class",
      remedy: "Write a manifest.csv with the columns path, label and split\(table.map { ", e.g. from \($0)" } ?? "")")
  }

  /// Whether subfolders train and val or test stand above folders.
  package static func hasSubsetFolders(_ root: String) -> Bool {
    let names = ((try? contents(root)) ?? []).filter { FileKind(root + "/" + $0) == .folder }
    let subsets = names.filter { SubsetWords.subset($0) != nil }
    return Set(subsets.compactMap(SubsetWords.subset)).count > 1
      && subsets.allSatisfy { name in
        ((try? contents(root + "/" + name)) ?? []).contains { FileKind("\(root)/\(name)/\($0)") == .folder }
      }
  }

  /// What the folder holds instead of classes with images, and what to do with that.
  private static func refusal(_ root: String, _ problem: String, _ chosen: [String]) throws(ZooError) -> ZooError {
    var endings: [String: Int] = [:]
    for name in try contents(root) {
      let path = root + "/" + name
      let files = FileKind(path) == .folder ? (try? contents(path)) ?? [] : [name]
      for file in files { endings[(file as NSString).pathExtension.lowercased(), default: 0] += 1 }
    }
    let found = endings.filter { !$0.key.isEmpty }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4)
    let what =
      found.isEmpty ? "" : "; it holds files \(found.map { ".\($0.key) (\($0.value))" }.joined(separator: ", "))"
    // Notes of a microscope may lie above.
    let areNotes = found.allSatisfy { file in
      !ImageFile.extensions.contains(file.key) && !ForeignFormat.all.contains { $0.extensions.contains(file.key) }
    }
    if areNotes, let deeper = try deeper(root) {
      let depth = deeper.utf8.count { $0 == 0x2F } + 1
      let paths = try FieldFolder(root).paths.filter { path in
        path.utf8.count { $0 == 0x2F } == depth && ImageFile.isNamedAsImage(path)
      }
      let classLevel = NameProposal.classLevel(paths, chosen: chosen)?.level
      if classLevel == nil {
        let aspects = (0..<depth).map { AspectFolders(paths, level: $0) }
        for level in (0..<depth).reversed() {
          if let error = ItemFolders(paths, level: level).refusal(root, chosen: chosen) { return error }
          if !aspects[level].areGroups, let error = aspects[level].refusal(root, chosen: chosen) { return error }
        }
        // Plates in experiments, and nothing that is called as a class.
        let several = (0..<depth).filter { aspects[$0].hasSeveral }
        if several.allSatisfy({ aspects[$0].areGroups }), let level = several.last,
          let error = aspects[level].refusal(root, chosen: chosen)
        {
          return error
        }
      }
      return ZooError(
        .badInput, file: root, problem: "\(problem): images stand deeper, e.g. in '\(deeper)'",
        expected: "one subfolder of images for each class",
        remedy:
          "Say by data.images which folder is the class, e.g. data.images='\(Self.pattern(for: deeper, classLevel))/*', so that the other is a column to split by; or list them in a manifest.csv (path, label and a column for it)"
      )
    }
    let foreign = found.lazy.compactMap { file in ForeignFormat.all.first { $0.extensions.contains(file.key) } }.first
    let remedy =
      found.contains { ImageFile.extensions.contains($0.key) }
      ? "Put the images of each class into a subfolder of its name, or list them in a manifest.csv (path, label); zoo predict takes images without classes"
      : foreign?.remedy ?? "Give the folder that holds the classes or a manifest.csv"
    return ZooError(
      .badInput, file: root, problem: problem + what, expected: "one subfolder of images for each class", remedy: remedy
    )
  }

  /// A pattern of folders, of which one is the class: that at the level, or the innermost that isn't called as groups are.
  private static func pattern(for deeper: String, _ classLevel: Int?) -> String {
    let names = deeper.split(separator: "/").map(String.init)
    let classPlace = classLevel ?? names.lastIndex { NameParts.group($0) == nil } ?? names.count - 1
    var taken: [String: Int] = [:]
    return names.enumerated().map { place, name in
      if place == classPlace { return "{\(classPart)}" }
      let part = NameParts.group(name) ?? "group"
      taken[part, default: 0] += 1
      return taken[part] == 1 ? "{\(part)}" : "{\(part)\(taken[part] ?? 0)}"
    }.joined(separator: "/")
  }

  /// How deep images are looked for below the folder, to say where they are.
  private static let deepest = 5

  /// The first folder below a subfolder that holds images.
  private static func deeper(_ root: String, below folder: String = "", depth: Int = 1) throws(ZooError) -> String? {
    guard depth <= deepest else { return nil }
    for name in try contents("\(root)/\(folder)") where FileKind("\(root)/\(folder)\(name)") == .folder {
      let inner = (try? contents("\(root)/\(folder)\(name)")) ?? []
      if depth > 1, inner.contains(where: ImageFile.isNamedAsImage) { return folder + name }
      if let found = try deeper(root, below: "\(folder)\(name)/", depth: depth + 1) { return found }
    }
    return nil
  }

  /// Names in the folder, sorted by their bytes, without hidden ones.
  package static func contents(_ folder: String) throws(ZooError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !SkippedFiles.isHidden($0) }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      let exists = FileManager.default.fileExists(atPath: folder)
      throw ZooError(
        .badInput, file: folder, problem: exists ? "can't be read as a folder" : "there is no such folder",
        expected: "a folder with a manifest.csv, or with one subfolder of images for each class")
    }
  }
}
