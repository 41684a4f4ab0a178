import Foundation

/// What a finder of blobs needs of image analysis. Planes are row after row.
enum Regions {
  /// Numbers connected regions (four neighbours) from 1.
  static func components(_ mask: [Bool], width: Int, height: Int) -> (values: [Int32], count: Int) {
    var labels = [Int32](repeating: 0, count: mask.count)
    var count = 0
    var open: [Int] = []
    for start in mask.indices where mask[start] && labels[start] == 0 {
      count += 1
      labels[start] = Int32(count)
      open.append(start)
      while let pixel = open.popLast() {
        forNeighbours(of: pixel, width, height) { neighbour in
          guard mask[neighbour], labels[neighbour] == 0 else { return }
          labels[neighbour] = Int32(count)
          open.append(neighbour)
        }
      }
    }
    return (labels, count)
  }

  /// Euclidean distance of each pixel inside the mask to the nearest one outside, exactly (Felzenszwalb & Huttenlocher
  /// 2012). What lies beyond the border counts as inside. O(pixels).
  static func distance(_ mask: [Bool], width: Int, height: Int) -> [Float] {
    let far: Float = 1e12
    var squares = mask.map { $0 ? far : 0 }
    var line = [Float](repeating: 0, count: max(width, height))
    var out = line
    for x in 0..<width {
      for y in 0..<height { line[y] = squares[y * width + x] }
      transform(line, height, &out)
      for y in 0..<height { squares[y * width + x] = out[y] }
    }
    for y in 0..<height {
      for x in 0..<width { line[x] = squares[y * width + x] }
      transform(line, width, &out)
      for x in 0..<width { squares[y * width + x] = out[x] }
    }
    let most = Float(width + height)
    return squares.map { min($0.squareRoot(), most) }
  }

  /// The lower envelope of parabolas over a line.
  private static func transform(_ values: [Float], _ count: Int, _ out: inout [Float]) {
    var places = [Int](repeating: 0, count: count)
    var bounds = [Float](repeating: 0, count: count + 1)
    var last = 0
    bounds[0] = -.infinity
    bounds[1] = .infinity
    func meet(_ p: Int, _ q: Int) -> Float {
      let (fp, fq) = (Double(values[p]) + Double(p * p), Double(values[q]) + Double(q * q))
      return Float((fq - fp) / Double(2 * (q - p)))
    }
    for q in stride(from: 1, to: count, by: 1) {
      var s = meet(places[last], q)
      while last > 0, s <= bounds[last] {
        last -= 1
        s = meet(places[last], q)
      }
      last += 1
      places[last] = q
      bounds[last] = s
      bounds[last + 1] = .infinity
    }
    var k = 0
    for q in 0..<count {
      while bounds[k + 1] < Float(q) { k += 1 }
      let d = Float(q - places[k])
      out[q] = d * d + values[places[k]]
    }
  }

  /// The largest value in the square of `2 · radius + 1` around each pixel. O(pixels · log radius).
  static func maximum(_ plane: [Float], radius: Int, width: Int, height: Int) -> [Float] {
    func lines(_ values: [Float], count: Int, step: Int, lines: Int, lineStep: Int) -> [Float] {
      var result = values
      // Doubling windows: the maximum of 2^k values, then two that overlap.
      var current = [Float](repeating: 0, count: count)
      var next = current
      for line in 0..<lines {
        let start = line * lineStep
        for i in 0..<count { current[i] = values[start + i * step] }
        let size = 2 * radius + 1
        var span = 1
        while span * 2 <= size {
          for i in 0..<count { next[i] = max(current[i], current[min(i + span, count - 1)]) }
          swap(&current, &next)
          span *= 2
        }
        for i in 0..<count {
          let low = max(0, i - radius)
          let second = max(low, min(i + radius, count - 1) - span + 1)
          result[start + i * step] = max(current[low], current[second])
          // A window that is cut by the beginning is shorter than the span.
          if i + radius < span - 1 {
            var largest = values[start + low * step]
            for j in low...min(i + radius, count - 1) { largest = max(largest, values[start + j * step]) }
            result[start + i * step] = largest
          }
        }
      }
      return result
    }
    let rows = lines(plane, count: width, step: 1, lines: height, lineStep: width)
    return lines(rows, count: height, step: width, lines: width, lineStep: 1)
  }

  /// Floods the mask from the seeds, highest values first. O(pixels · log pixels).
  /// - Returns: For each pixel the place of its seed + 1; 0 outside of the mask and where no seed reaches.
  static func watershed(
    _ plane: [Float], mask: [Bool], seeds: [Int], width: Int, height: Int
  ) -> [Int32] {
    var labels = [Int32](repeating: 0, count: plane.count)
    var queue = PriorityQueue()
    for (index, seed) in seeds.enumerated() {
      labels[seed] = Int32(index + 1)
      queue.push(plane[seed], seed)
    }
    while let pixel = queue.pop() {
      forNeighbours(of: pixel, width, height) { neighbour in
        guard mask[neighbour], labels[neighbour] == 0 else { return }
        labels[neighbour] = labels[pixel]
        queue.push(plane[neighbour], neighbour)
      }
    }
    return labels
  }

  @inline(__always)
  private static func forNeighbours(of pixel: Int, _ width: Int, _ height: Int, _ body: (Int) -> Void) {
    let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
    if x > 0 { body(pixel - 1) }
    if x < width - 1 { body(pixel + 1) }
    if y > 0 { body(pixel - width) }
    if y < height - 1 { body(pixel + width) }
  }

  /// The largest value first; of equal ones that which came first.
  private struct PriorityQueue {
    private var heap: [(value: Float, order: Int, item: Int)] = []
    private var order = 0

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
      heap[a].value != heap[b].value ? heap[a].value > heap[b].value : heap[a].order < heap[b].order
    }

    mutating func push(_ value: Float, _ item: Int) {
      heap.append((value, order, item))
      order += 1
      var child = heap.count - 1
      while child > 0, isBefore(child, (child - 1) / 2) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }

    mutating func pop() -> Int? {
      guard let top = heap.first else { return nil }
      let last = heap.removeLast()
      guard !heap.isEmpty else { return top.item }
      heap[0] = last
      var parent = 0
      while true {
        var first = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, first) {
          first = child
        }
        guard first != parent else { return top.item }
        heap.swapAt(parent, first)
        parent = first
      }
    }
  }
}
