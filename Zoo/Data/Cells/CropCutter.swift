/// Cuts a rectangle out of a plane.
package enum CropCutter {
  /// The pixels of a crop, row after row.
  /// - Parameters:
  ///   - reflects: Whether pixels beyond the border are those mirrored at the outermost ones (as `numpy.pad`'s `reflect`);
  ///     zero otherwise.
  package static func cut(
    _ plane: PackedPixels, width: Int, height: Int, left: Int, top: Int, cropWidth: Int, cropHeight: Int,
    reflects: Bool,
    into output: UnsafeMutablePointer<Float>
  ) {
    switch plane {
    case .uint8(let pixels):
      cut(pixels, width, height, left, top, cropWidth, cropHeight, reflects, output)
    case .uint16(let pixels):
      cut(pixels, width, height, left, top, cropWidth, cropHeight, reflects, output)
    case .float32(let pixels):
      cut(pixels, width, height, left, top, cropWidth, cropHeight, reflects, output)
    }
  }

  private static func cut<T: Pixel>(
    _ pixels: [T], _ width: Int, _ height: Int, _ left: Int, _ top: Int, _ cropWidth: Int, _ cropHeight: Int,
    _ reflects: Bool, _ output: UnsafeMutablePointer<Float>
  ) {
    let isInside = left >= 0 && top >= 0 && left + cropWidth <= width && top + cropHeight <= height
    pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<cropHeight {
        let target = output + row * cropWidth
        if isInside {
          let source = (top + row) * width + left
          for column in 0..<cropWidth { target[column] = pixels[source + column].float }
          continue
        }
        let y = reflects ? mirrored(top + row, height) : top + row
        for column in 0..<cropWidth {
          let x = reflects ? mirrored(left + column, width) : left + column
          let isThere = x >= 0 && x < width && y >= 0 && y < height
          target[column] = isThere ? pixels[y * width + x].float : 0
        }
      }
    }
  }

  /// An index brought into `0..<count` by mirroring at the outermost elements.
  static func mirrored(_ index: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let place = ((index % period) + period) % period
    return place < count ? place : period - place
  }

  /// 1 where a crop lies on its plane, 0 beyond the border.
  static func mask(
    width: Int, height: Int, left: Int, top: Int, cropWidth: Int, cropHeight: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<cropHeight {
      for column in 0..<cropWidth {
        let isThere = left + column >= 0 && left + column < width && top + row >= 0 && top + row < height
        output[row * cropWidth + column] = isThere ? 1 : 0
      }
    }
  }
}
