import ZooFormat
import ZooImages

/// Leaks that positions and tracks say: of cells in fields, or of crops whose table has such columns.
struct PlacedLeaks {
  private(set) var leaks: [FoundLeak] = []

  /// A crop in a frame of a film.
  private struct Place {
    var sample: Int
    var film: Int
    var frame: Int
    var left: Int
    var top: Int
  }

  private let subsets: [Subset?]

  /// O(n log n), as long as few crops lie on each other.
  init(_ dataset: Dataset, _ members: [Int], _ subsets: [Subset?], by: [String]) {
    self.subsets = subsets
    if let cells = dataset.source as? CellsSource {
      addTracks(
        members.map { index in
          let row = cells.positions[dataset.entries[index]]
          return (index, row.track.isEmpty ? nil : "\(cells.images.fields[row.field].name)/\(row.track)")
        })
      var places: [Place] = []
      let windows = cells.windows
      for index in members {
        let entry = dataset.entries[index]
        for cut in windows.cuts[entry * windows.frames..<(entry + 1) * windows.frames] where cut.frame >= 0 {
          places.append(
            Place(
              sample: index, film: Int(cut.field), frame: Int(cut.frame), left: Int(cut.left), top: Int(cut.top)))
        }
      }
      addOverlaps(places, height: windows.height, width: windows.width)
    } else {
      let columns = PlaceColumns(dataset.groupColumns, by: by)
      addTracks(members.map { ($0, columns.track(dataset.samples[$0].groups)) })
      guard columns.havePositions, let first = members.first, let image = try? dataset.stored(first) else { return }
      var films: [String: Int] = [:]
      let places = members.compactMap { index -> Place? in
        guard let place = columns.place(dataset.samples[index].groups) else { return nil }
        let film = films[place.film] ?? films.count
        films[place.film] = film
        return Place(sample: index, film: film, frame: 0, left: place.x, top: place.y)
      }
      addOverlaps(places, height: image.height, width: image.width)
    }
  }

  private mutating func addTracks(_ tracks: [(sample: Int, name: String?)]) {
    var first: [String: [Subset: Int]] = [:]
    for (sample, name) in tracks {
      guard let name, let subset = subsets[sample], first[name]?[subset] == nil else { continue }
      first[name, default: [:]][subset] = sample
    }
    for (sample, name) in tracks {
      guard let name, let subset = subsets[sample], let others = first[name], others.count > 1 else { continue }
      guard let other = Subset.allCases.prefix(while: { $0 != subset }).compactMap({ others[$0] }).first else {
        continue
      }
      leaks.append(FoundLeak(.track, sample, other, subsets, note: "track \(name)"))
    }
  }

  /// Crops of one frame from left to right: only neighbours in this order can overlap.
  private mutating func addOverlaps(_ places: [Place], height: Int, width: Int) {
    let places = places.sorted { ($0.film, $0.frame, $0.left) < ($1.film, $1.frame, $1.left) }
    var start = 0
    for (end, place) in places.enumerated() {
      while places[start].film != place.film || places[start].frame != place.frame
        || places[start].left + width <= place.left
      { start += 1 }
      for other in places[start..<end]
      where other.sample != place.sample && subsets[other.sample] != subsets[place.sample] {
        let common = (height - abs(other.top - place.top), width - (place.left - other.left))
        guard common.0 > 0 else { continue }
        let share = Double(common.0 * common.1) / Double(height * width)
        leaks.append(
          FoundLeak(
            .overlap, place.sample, other.sample, subsets, share: share,
            note: "\(Figures.fixed(share * 100, 0)) % of the crop, by their positions"))
      }
    }
  }
}

/// The columns of a table that say which cell a crop shows.
package struct PlaceColumns {
  private static let tracks: Set<String> = ["track", "track_id", "trackid", "track_index", "cell_id", "lineage"]
  private static let films: Set<String> = [
    "experiment", "date", "plate", "well", "field", "site", "position", "movie", "film", "subfolder", "replicate",
  ]
  private static let frames: Set<String> = ["frame", "t", "time", "timepoint", "time_point", "time_point_index"]
  private let track: Int?
  private let films: [Int]
  private let frame: Int?
  private let x: Int?
  private let y: Int?

  /// Whether the columns say where in which frame of which film a crop was cut. Positions are taken as pixels.
  var havePositions: Bool { x != nil && y != nil && !films.isEmpty }

  package init(_ columns: [String], by: [String]) {
    let names = columns.map { $0.lowercased() }
    track = names.firstIndex { Self.tracks.contains($0) }
    frame = names.firstIndex { Self.frames.contains($0) }
    (x, y) = (names.firstIndex(of: "x"), names.firstIndex(of: "y"))
    let track = track
    films = names.indices.filter { Self.films.contains(names[$0]) || by.contains(columns[$0]) }.filter { $0 != track }
  }

  /// The film and frame of a sample, and where in it; `nil` if a number is missing.
  func place(_ groups: [String]) -> (film: String, x: Int, y: Int)? {
    guard let x, let y, let left = Double(groups[x]), let top = Double(groups[y]), abs(left) < 1e9, abs(top) < 1e9
    else { return nil }
    let film = (films + [frame].compactMap { $0 }).map { groups[$0] }.joined(separator: "/")
    return (film, Int(saturating: left.rounded()), Int(saturating: top.rounded()))
  }

  /// The number of the frame; 0 without.
  package func time(_ groups: [String]) -> Double { frame.flatMap { Double(groups[$0]) } ?? 0 }

  /// The track of a sample with the film that it is in; `nil` without.
  package func track(_ groups: [String]) -> String? {
    guard let track, !Spelling.isNothing(groups[track]) else { return nil }
    return (films.map { groups[$0] } + [groups[track]]).joined(separator: "/")
  }
}
