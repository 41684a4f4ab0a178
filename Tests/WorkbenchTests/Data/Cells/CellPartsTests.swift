import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Parts of the source of cells")
struct CellPartsTests {
  @Test("patterns find the parts of paths")
  func patterns() throws {
    func match(_ pattern: String, _ path: String) throws -> [String: String]? {
      try FieldPattern(pattern, key: "data.cells.images").match(path)
    }
    #expect(
      try match("{well}/Img_t{frame:04}_ch{channel}.png", "B02/Img_t0012_ch3.png") == [
        "well": "B02", "frame": "0012", "channel": "3",
      ])
    #expect(
      try match("W{well}F{field}T{frame}Z{z}C{channel}.tif", "W0001F0002T0003Z001C1.tif") == [
        "well": "0001", "field": "0002", "frame": "0003", "z": "001", "channel": "1",
      ])
    #expect(try match("{well}/t{frame:04}.tif", "B02/t012.tif") == nil)
    #expect(try match("{well}/t{frame:04}.tif", "x/B02/t0012.tif") == nil)
    #expect(try match("{well}/*_t{frame}.tif", "B02/abc_t7.tif") == ["well": "B02", "frame": "7"])
    #expect(try match("{a}/{a}_{frame}.tif", "B02/B02_1.tif") == ["a": "B02", "frame": "1"])
    #expect(try match("{a}/{a}_{frame}.tif", "B02/B03_1.tif") == nil)
    // Times are minutes where the rest fits.
    let scan = try match("{channel}/VID_{well}_1_{frame}.tif", "red/VID_B2_1_01d03h30m.tif")
    #expect(scan == ["channel": "red", "well": "B2", "frame": "1650"])
    #expect(try match("{well}_{frame}.tif", "B2_03h00m.tif") == ["well": "B2", "frame": "180"])
    #expect(try match("{well}_{frame}d{part}.tif", "B2_00d03h.tif") == ["well": "B2", "frame": "00", "part": "03h"])
    #expect(try match("{well}_{frame}.tif", "B2_03h.tif") == nil)
    #expect(try match("{row}0{col}.tif", "B03.tif") == ["well": "B3"])
    // As little as lets the rest fit, or as much.
    let name = "Mouse BMDM, cell 001 b.tif"
    #expect(try match("{cell} {part}.tif", name) == ["cell": "Mouse", "part": "BMDM, cell 001 b"])
    #expect(try match("{cell:+} {part}.tif", name) == ["cell": "Mouse BMDM, cell 001", "part": "b"])
    #expect(try match("*, cell {cell} {part}.tif", name) == ["cell": "001", "part": "b"])
    for wrong in ["{frame:+}.tif", "{well", "{}.tif", "{frame:x}.tif", "{we-ll}.tif"] {
      #expect(throws: ZooError.self) { try FieldPattern(wrong, key: "data.cells.images") }
    }
  }

  @Test("wells are the same however they are written")
  func wells() {
    for (a, b) in [
      ("A1", "A01"), ("a01", "A1"), ("0001", "1"), ("W01", "w1"), ("A10", "a10"), ("0", "000"), ("B-02", "B2"),
    ] {
      #expect(WellName.normal(a) == WellName.normal(b))
    }
    for (a, b) in [("A1", "A10"), ("A1", "B1"), ("1", "10"), ("0", ""), ("1-2", "12"), ("A1_2", "A12")] {
      #expect(WellName.normal(a) != WellName.normal(b))
    }
  }

  @Test("Otsu's threshold is scikit-image's")
  func otsu() {
    // threshold_otsu of scikit-image 0.25 on the same numbers.
    let first = (0..<500).map { index -> Double in
      let step: Double = index >= 400 ? 300 : 0
      return Double(index * index * 7919 % 1009) / 8 + step
    }
    #expect(Otsu.threshold(first) == 124.715087890625)
    let second = (0..<3000).map { index -> Double in
      let root = Double(index * 104_729 % 4001)
      return root * root / 1000
    }
    #expect(Otsu.threshold(second) == 6531.25)
    #expect(Otsu.threshold([1, 2, 2, 3, 9, 9.5, 10, 10, 1, 2.25]) == 2.986328125)
    #expect(Otsu.threshold([4, 4, 4]) == nil && Otsu.threshold([]) == nil)
  }

  @Test("a rupture is the first of some frames above the threshold in a row")
  func persistence() {
    func start(_ text: String, _ persistence: Int) -> Int? {
      DyeLabels.start(text.map { $0 == "1" }, persistence: persistence)
    }
    #expect(start("0100110", 2) == 4 && start("0100110", 1) == 1 && start("0101010", 2) == nil)
    #expect(start("111", 2) == 0 && start("0001", 2) == 3 && start("0001", 3) == nil && start("", 2) == nil)
  }

  @Test("mirroring is numpy's, also of crops larger than the field")
  func mirroring() {
    // np.pad(np.arange(4), 5, mode="reflect")
    #expect((-5..<9).map { CropCutter.mirrored($0, 4) } == [1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2])
    #expect((-2..<3).map { CropCutter.mirrored($0, 1) } == [0, 0, 0, 0, 0])
  }
}
