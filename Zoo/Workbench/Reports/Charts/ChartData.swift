import ZooData

extension LineChart: DataChart {
  var csv: String {
    series.reduce(CSV.line(["series", xTitle, yTitle])) { text, series in
      text + series.points.map { CSV.line([series.name, "\($0.x)", "\($0.y)"]) }.joined()
    }
  }
}

extension ReliabilityChart: DataChart {
  var csv: String {
    series.reduce(CSV.line(["series", "mean confidence", "accuracy", "items"])) { text, series in
      text
        + series.bins.map { bin in
          CSV.line([series.name, "\(bin.meanConfidence)", "\(bin.accuracy)", "\(bin.items)"])
        }.joined()
    }
  }
}

extension ConfusionChart: DataChart {
  var csv: String {
    confusion.classes.indices.reduce(CSV.line(["true class"] + confusion.classes)) { text, row in
      text + CSV.line([confusion.classes[row]] + confusion.classes.indices.map { "\(confusion[row, $0])" })
    }
  }
}

extension ForestChart: DataChart {
  var csv: String {
    rows.reduce(CSV.line(["name", xTitle, "from", "to"])) { text, row in
      text
        + CSV.line([
          row.name, "\(row.estimate)", row.interval.map { "\($0.lower)" } ?? "",
          row.interval.map { "\($0.upper)" } ?? "",
        ])
    }
  }
}
