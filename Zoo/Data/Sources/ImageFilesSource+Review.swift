import Foundation
import ZooFormat
import ZooImages

/// What the headers of all files say, before anything is decoded.
extension ImageFilesSource {
  package func review(_ entries: [Int], channels: [Int]) -> SourceReview {
    var review = SourceReview()
    // With none that can be used, what is wrong elsewhere is told all the same.
    let channels = channels.isEmpty ? Array(self.channels.indices) : channels
    // The entry that a file of a set belongs to.
    var owners: [String: Int] = [:]
    var types = OddTypes()
    for entry in entries {
      var size: SourceReview.Size?
      var slices = 1
      var areSlices = false
      for row in files[entry] {
        for (path, wanted) in wantedChannels(row, channels) where !path.isEmpty {
          let header: ImageHeader
          do throws(ZooError) { header = try ImageFile.header(path, reading(path)) } catch {
            // A file that isn't there is no broken image.
            if FileKind(path) == .nothing {
              var missing = error
              missing.remedy =
                missing.remedy ?? "Mend the path, or set data.accept=[missingFiles] to leave such rows out"
              review.problems.append(missing)
            } else {
              review.unreadable.append((entry, error))
            }
            continue
          }
          types.add(header.sampleType, path, channel: hasFilePerChannel ? wanted[0] : 0, entry: entry)
          guard header.sampleType == typical[hasFilePerChannel ? wanted[0] : 0].sampleType else { continue }
          do throws(ZooError) {
            _ = try fitting(header, path, wanted: wanted)
            size = size ?? SourceReview.Size(width: header.width, height: header.height)
            slices = max(slices, header.slices)
            areSlices = areSlices || header.framesAreSlices
            guard !hasFilePerChannel, !header.companions.isEmpty else { continue }
            let folder = (path as NSString).deletingLastPathComponent
            for part in header.companions.map({ "\(folder)/\($0)" }) + [path] {
              guard let owner = owners.updateValue(entry, forKey: part), owner != entry, files[owner] != files[entry]
              else { continue }
              review.problems.append(
                ZooError(
                  .badInput, file: path, problem: "is a part of the same image as \(self.entries[owner].id)",
                  expected: "each image once", remedy: "Name one file of each set alone"))
              break
            }
          } catch {
            review.problems.append(error)
          }
        }
      }
      if let size {
        review.sizes[size, default: 0] += 1
        if reading.slices != nil { review.slices[slices, default: 0] += 1 }
        if areSlices, frames != nil { review.slicesAsFrames += 1 }
      }
    }
    review.problems += problems(of: types)
    return review
  }

  func strangeType(
    _ type: SampleType, _ path: String, _ typical: Typical, _ all: String
  ) -> ZooError {
    let previews = isTable ? nil : Self.previews([path, typical.path])
    return ZooError(
      .badInput, file: path, problem: "has samples of \(type)",
      expected: "\(typical.sampleType), as \(typical.path) has",
      remedy: previews.map { "Leave previews out: data.exclude=[\"*\($0)*\"]" } ?? Self.stains(path, typical.path)
        ?? "Save \(all) as one type" + (isTable ? "" : "; of folders, data.exclude leaves files out by their names"))
  }

  /// One problem for all files of a type that most others don't have, with what these hold.
  private func problems(of types: OddTypes) -> [ZooError] {
    let all = hasFilePerChannel ? "all images of a channel" : "all images"
    return types.files.sorted { ($0.key.channel, $0.key.type.rawValue) < ($1.key.channel, $1.key.type.rawValue) }
      .compactMap {
        kind, found in
        let typical = typical[kind.channel]
        guard kind.type != typical.sampleType, let first = found.first else { return nil }
        var error = strangeType(kind.type, first.path, typical, all)
        let usual = types.files[OddTypes.Kind(channel: kind.channel, type: typical.sampleType)] ?? []
        let own = Set(found.map(\.entry))
        if found.count > 1 {
          error.problem +=
            ", and so do \(found.count - 1) more" + (group(of: own, besides: Set(usual.map(\.entry))) ?? "")
        }
        // Of what isn't an image of its own, such as a preview, the gain says nothing.
        let isPlain = error.remedy?.hasPrefix("Save") == true
        if isPlain, let remedy = error.remedy,
          let scales = TypeScales.text(
            found.map(\.path), usual.isEmpty ? [typical.path] : usual.map(\.path), { reading($0) })
        {
          error.remedy = "\(remedy); \(scales)"
        }
        return error
      }
  }

  /// The group that entries are, if others aren't of it: ` (all of site 'lyon')`.
  private func group(of own: Set<Int>, besides others: Set<Int>) -> String? {
    let columns = groupColumns + facetColumns
    func values(_ entries: Set<Int>, _ place: Int) -> Set<String> {
      Set(entries.map { (self.entries[$0].groups + self.entries[$0].facets)[place] })
    }
    for (place, name) in columns.enumerated() {
      let found = values(own, place)
      guard found.count <= 3, found.isDisjoint(with: values(others, place)) else { continue }
      return
        " (all of \(name) \(found.sorted(by: NaturalOrder.precedes).map { "'\($0.onOneLine)'" }.joined(separator: ", ")))"
    }
    return nil
  }

  /// What previews and drawings are called that microscopes write beside images, as one of two files is and the other isn't.
  private static func previews(_ paths: [String]) -> String? {
    let found = paths.compactMap { path in
      (path as NSString).lastPathComponent.firstMatch(of: /(?i)[_ -]?(thumb|overlay|preview)/).map {
        String($0.output.0)
      }
    }
    return found.count == 1 ? found[0] : nil
  }

  /// What to do where the names of two files say that they are channels.
  private static func stains(_ path: String, _ other: String) -> String? {
    let (first, second) = (words(path), words(other))
    guard first.count == second.count,
      let (word, otherWord) = zip(first, second).first(where: {
        $0 != $1 && Stains.isStain($0) && Stains.isStain($1)
      })
    else { return nil }
    return
      "If \(word) and \(otherWord) in the names are channels of one image, data.images says so by {\(ChannelFiles.part)} in their place, e.g. '{class}/*_{\(ChannelFiles.part)}_*'; else save all images as one type"
  }

  private static func words(_ path: String) -> [String] {
    NameParts(((path as NSString).lastPathComponent as NSString).deletingPathExtension).words
  }
}

/// The types of samples that files have, by channel.
private struct OddTypes {
  struct Kind: Hashable {
    /// 0 for files of all channels.
    var channel: Int
    var type: SampleType
  }

  private(set) var files: [Kind: [(path: String, entry: Int)]] = [:]

  mutating func add(_ type: SampleType, _ path: String, channel: Int, entry: Int) {
    files[Kind(channel: channel, type: type), default: []].append((path, entry))
  }
}
