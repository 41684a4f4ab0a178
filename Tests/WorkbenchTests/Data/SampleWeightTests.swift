import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Weights of single labels")
struct SampleWeightTests {
  @Test("a manifest's column, where the spec names it, goes with the samples and into batches")
  func manifest() throws {
    try DataFiles.with { files in
      for number in 0..<4 { try files.image("\(number).png", value: Float(number)) }
      func table(_ third: String) throws {
        try files.text(
          "manifest.csv",
          "path,label,weight\n0.png,a,1\n1.png,b,0.5\n2.png,a,\(third)\n3.png,b,1\n")
      }
      try table("2")
      var spec = files.spec(.csv)
      // What is called so may be the weight of a mouse.
      let without = try Dataset.open(spec)
      #expect(!without.isWeighted && without.groupColumns == ["weight"])
      spec.columns.weight = "weight"
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.weight) == [1, 0.5, 2, 1] && data.groupColumns.isEmpty)
      #expect(data.remarks.contains("4 labels with weights of 0.5 to 2.0 in the loss, by the column 'weight'"))
      #expect(try data.fingerprint() != without.fingerprint())
      var options = BatchLoader.Options()
      options.batch = 4
      var train = TrainSpec()
      train.mixup = 0.5
      options.mixing = SampleMixing(train)
      let loader = try BatchLoader(SampleCache(data), indices: [0, 1, 2, 3], options: options)
      let batch = try #require(try loader.next())
      let weights: [Float] = batch.weights?.values() ?? []
      let mixed: [Float] = batch.mixed?.weights?.values() ?? []
      #expect(weights == [1, 0.5, 2, 1] && mixed.sorted() == [0.5, 1, 1, 2])
      // Evaluation needs none.
      try table("")
      #expect(try Dataset.open(spec, for: .evaluation).samples.count == 4)
      for wrong in ["", "0", "-1", "much", "nan"] {
        try table(wrong)
        let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
        #expect(error?.description.contains("manifest.csv:4") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("a number above 0") == true)
      }
      spec.columns.weight = "weigth"
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error?.description.contains("Did you mean 'weight'?") == true)
    }
  }

  @Test("annotations of cells have them as well")
  func annotations() throws {
    try DataFiles.with { files in
      try files.image("a.png", value: 3, width: 40, height: 40)
      try files.text("cells.csv", "x,y,id\n10,10,1\n20,20,2\n30,30,3\n")
      try files.text("annotations.csv", "frame,track,label,sure\n0,1,a,0.25\n0,2,b,1\n")
      var spec = files.spec(.cells)
      spec.imageChannels = ["BF"]
      spec.cells.layout = .table
      spec.cells.images = "{field}.png"
      spec.cells.tables = "cells.csv"
      spec.cells.columns = ["x": "x", "y": "y", "track": "id"]
      spec.cells.units = .pixel
      spec.labels.from = .annotations
      spec.labels.columns = ["weight": "sure"]
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.weight) == [0.25, 1])
      #expect(data.remarks.contains("2 labels with weights of 0.25 to 1.0 in the loss, by the column 'sure'"))
      try files.text("annotations.csv", "frame,track,label,sure\n0,1,a,\n0,2,b,1\n")
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error?.description.contains("annotations.csv:2") == true, "\(error?.description ?? "")")
    }
  }
}
