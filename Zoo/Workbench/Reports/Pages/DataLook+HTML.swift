import Foundation
import ZooData

extension DataLook {
  /// Everything as one self-contained page.
  package var html: String {
    let body: Markup = """
      <h1>\(name)</h1>
      <p class="lead">\(lead)</p>
      \(isSimulated ? Page.simulated : "")
      \(doubtful)
      \(sheet.leaks.isEmpty ? Markup("") : leaks)
      \(sheet.unusual.isEmpty ? Markup("") : unusual)
      <h2>Who is there</h2>
      \(countTable.html)
      <p class="note">Split \(splitRule).</p>
      \(tracks.map { Self.tracks($0) } ?? Markup(""))
      <h2>Brightness</h2>
      \(brightness)
      <h2>Samples</h2>
      \(contactSheet)
      <h2>How the data were read</h2>
      \(Page.facts([
        ("samples", "\(samples), of which \(looked) were looked at for the brightness"),
        ("size", "\(frames.map { "\(Figures.counted($0, "frame")) of " } ?? "")\(height) × \(width) pixels"),
        ("channels", channels.joined(separator: ", ")), ("leaks", audit.text),
      ] + remarks.map { ("found", $0) }))
      """
    return Page.html(title: "\(name) – data", body)
  }

  private var lead: String {
    let groups = column.map { "\($0): \(self.groups.count)" } ?? ""
    return [
      Figures.counted(samples, "sample"), classes.joined(separator: ", "), channels.joined(separator: " "), groups,
    ].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  private var doubtful: Markup {
    let all = findings + audit.cautions.map { Finding(text: $0) }
    guard !all.isEmpty else { return "<p>Nothing was found doubtful.</p>\n" }
    let items = all.map { finding -> Markup in
      guard !finding.items.isEmpty else { return "<li>\(finding.text)</li>" }
      let more = finding.count > finding.items.count ? ", the first \(finding.items.count) of \(finding.count)" : ""
      let names = finding.items.map { id -> Markup in "<li>\(id)</li>" }
      return "<li>\(finding.text)<details><summary>which\(more)</summary><ul>\(names)</ul></details></li>"
    }
    return
      "<div class=\"cautions\" role=\"note\"><strong>Look at this before you train</strong><ul>\(items)</ul></div>\n"
  }

  private var leaks: Markup {
    let pairs = sheet.leaks.map { leak -> Markup in
      "<div class=\"pair\"><p class=\"note\">\(leak.text)</p><ul class=\"\(sheetClass)\">\(leak.pictures.map(strip))</ul></div>\n"
    }
    let more =
      audit.affected.values.reduce(0, +) > sheet.leaks.count ? " The strongest \(sheet.leaks.count) of all." : ""
    return """
      <h2>In two subsets at once</h2>
      <p class="note">Each pair stands in two subsets, and shows the same.\(more) \(tileNote)</p>
      <div class="pairs">\(pairs)</div>
      """
  }

  private var unusual: Markup {
    """
    <h2>Unlike the others</h2>
    <p class="note">Far brighter or darker than the other samples of their \(column ?? "set"), the strangest first: debris, \
    flashes, or cells worth a look. \(tileNote)</p>
    <ul class="\(sheetClass)">\(sheet.unusual.map(strip))</ul>
    """
  }

  /// A row for each group, a column for each class.
  private var countTable: HTMLTable {
    var table = HTMLTable(
      caption: "Samples in training / validation / test.",
      columns: [(column ?? "", true)] + classes.map { ($0, false) } + [("all", false)])
    func text(_ counts: [[String: Int]?]) -> String {
      Subset.allCases.map { subset in "\(counts.reduce(0) { $0 + ($1?[subset.rawValue] ?? 0) })" }
        .joined(separator: "\u{A0}/\u{A0}")
    }
    for group in groups {
      let own = counts[group] ?? [:]
      table.rows.append(
        [.left(group)] + classes.map { .text(text([own[$0]])) } + [.text(text(classes.map { own[$0] }))])
    }
    guard groups.count > 1 else { return table }
    table.rows.append(
      [.left("all")] + classes.map { name in .text(text(groups.map { counts[$0]?[name] })) }
        + [.text(text(groups.flatMap { group in classes.map { counts[group]?[$0] } }))])
    return table
  }

  private static func tracks(_ tracks: TrackLengths) -> Markup {
    let chart = BarChart(
      title: "Lengths of tracks", description: "How many tracks have how many samples", xTitle: "samples of a track",
      yTitle: "tracks", counts: tracks.counts)
    return """
      \(Page.figure("Lengths of \(Figures.counted(tracks.tracks, "track"))", chart.svg))
      <p class="note">\(tracks.median) samples in the median, \(tracks.withGaps) with gaps. The shortest: \
      \(tracks.shortest.joined(separator: ", ")).</p>
      """
  }

  private var brightness: Markup {
    let shown = Stylesheet.seriesCount * 2
    let charts = channels.map { channel -> Markup in
      let all = intensities.filter { $0.channel == channel }
      let groups = all.filter { $0.group != nil }
      let curves = (groups.isEmpty ? all : Array(groups.prefix(shown))).enumerated().map { index, one in
        LineChart.Series(
          name: one.group ?? "all", color: index,
          points: one.bins.enumerated().map { (x: one.position($0), y: $1 * 100) })
      }
      let more = groups.count > shown ? ", the first \(shown) of \(groups.count)" : ""
      let chart = LineChart(
        title: "Intensities of \(channel)", description: "Share of pixels by intensity\(more)", xTitle: "intensity",
        yTitle: "% of pixels", series: curves, wholeX: false)
      return Page.figure("\(channel)\(more)", chart.svg)
    }
    var table = HTMLTable(
      caption: "Percentiles of the pixels, and the share of them that are as bright as the camera can see.",
      columns: [
        ("channel", true), (column ?? "", true), ("samples", false), ("0.1 %", false), ("median", false),
        ("99.9 %", false), ("saturated", false),
      ])
    for one in intensities {
      table.rows.append([
        .left(one.channel), .left(one.group ?? "all"), .text("\(one.samples)"), .text(Figures.sample(Float(one.low))),
        .text(Figures.sample(Float(one.median))), .text(Figures.sample(Float(one.high))),
        .text("\(Figures.fixed(one.saturated * 100, 2)) %"),
      ])
    }
    return """
      <div class="charts">\(charts)</div>
      <details><summary>In numbers</summary>\(table.html)</details>
      """
  }

  private var contactSheet: Markup {
    let sections = sheet.classes.map { kind -> Markup in
      let groups = kind.groups.map { group -> Markup in
        let pictures: Markup =
          group.pictures.isEmpty
          ? "<p class=\"note\">none</p>" : "<ul class=\"\(sheetClass)\">\(group.pictures.map(strip))</ul>"
        return "<h4>\(column == nil ? "" : group.name)</h4>\(pictures)\n"
      }
      return "<h3>\(kind.name)</h3>\n\(groups)"
    }
    let more = groups.count > ContactSheet.mostGroups ? " The first \(ContactSheet.mostGroups) of \(groups.count)." : ""
    return
      "<p class=\"note\">Evenly drawn by class\(column.map { " and \($0)" } ?? "").\(more) \(tileNote)</p>\n\(sections)"
  }

  /// Samples of a channel or two are small.
  private var sheetClass: String { channels.count > 2 ? "sheet" : "sheet few" }

  private var tileNote: String {
    "From left to right: \(channels.joined(separator: ", ")); a channel has one black and one white everywhere."
      + (frames ?? 1 > 1 ? " From top to bottom: the first, the middle and the last frame." : "")
  }

  private func strip(_ picture: ContactSheet.Picture) -> Markup {
    let address = "data:image/png;base64," + Data(picture.png).base64EncodedString()
    let names = channels.map { name -> Markup in "<span>\(name)</span>" }
    let note: Markup = picture.note.isEmpty ? "" : "<strong>\(picture.note)</strong> "
    return """
      <li><div class="tiles" aria-hidden="true">\(names)</div><img src="\(address)" alt="\(picture.id)" loading="lazy"/>\
      <div class="id">\(note)\(picture.id)</div></li>

      """
  }
}

extension IntensityDistribution {
  /// The middle of a bin.
  fileprivate func position(_ bin: Int) -> Double {
    binRange[0] + (binRange[1] - binRange[0]) * (Double(bin) + 0.5) / Double(bins.count)
  }
}
