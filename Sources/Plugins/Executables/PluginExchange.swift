import Foundation

/// What passes between this process and a program over pipes: a request one way, output and messages the other. Neither
/// side can wait for the other, nothing is written to a disk, and no more is kept than the limit allows.
struct PluginExchange {
  private(set) var output: [UInt8] = []
  /// The end of what the program said.
  private var messages: [UInt8] = []
  private var messageCount = 0
  private var request: ArraySlice<UInt8>
  private let limit: Int
  private let requests: DescriptorPipe
  private let outputs: DescriptorPipe
  private let said: DescriptorPipe

  init(_ request: [UInt8], limit: Int) throws(ZooError) {
    self.request = request[...]
    self.limit = limit
    requests = try DescriptorPipe()
    outputs = try DescriptorPipe()
    said = try DescriptorPipe()
    for end in [requests.writing, outputs.reading, said.reading] { DescriptorPipe.neverWait(end) }
  }

  /// Starts the program. The reading end of its requests stays open here too: so a program that doesn't read them can't
  /// end this process by SIGPIPE.
  func start(_ path: String, group: pid_t) throws(ZooError) -> ChildProcess {
    let child = try ChildProcess(
      path, input: .descriptor(requests.reading), output: .descriptor(outputs.writing),
      messages: .descriptor(said.writing), group: group)
    outputs.closeWriting()
    said.closeWriting()
    return child
  }

  var isTooLarge: Bool { output.count > limit || messageCount > limit }

  /// The last line of what the program said, short enough for a message.
  var lastLine: String? {
    let text = String(decoding: messages, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).last.map { String($0.prefix(300)) }
  }

  /// Waits for something to pass, and lets it.
  mutating func pass(milliseconds: Int32) {
    var ends = [
      pollfd(fd: outputs.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: said.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: requests.writing, events: Int16(POLLOUT), revents: 0),
    ]
    // Closed ends are negative and passed over.
    guard poll(&ends, nfds_t(ends.count), milliseconds) > 0 else { return }
    if ends[2].revents != 0 { send() }
    if ends[0].revents != 0 { _ = takeOutput() }
    if ends[1].revents != 0 { _ = takeMessages() }
  }

  /// Takes what is still in the pipes when the program has ended.
  mutating func takeRest() {
    while !isTooLarge, takeOutput() {}
    while !isTooLarge, takeMessages() {}
  }

  private mutating func send() {
    let count = request.withUnsafeBytes { write(requests.writing, $0.baseAddress, $0.count) }
    if count > 0 { request = request.dropFirst(count) }
    if request.isEmpty { requests.closeWriting() }
  }

  /// Returns whether there may be more.
  private mutating func takeOutput() -> Bool {
    guard let bytes = Self.read(outputs) else { return false }
    output += bytes
    return true
  }

  private mutating func takeMessages() -> Bool {
    guard let bytes = Self.read(said) else { return false }
    messageCount += bytes.count
    messages = Array((messages + bytes).suffix(4096))
    return true
  }

  /// Up to 64 KiB; `nil` if there is nothing now, or ever.
  private static func read(_ pipe: DescriptorPipe) -> [UInt8]? {
    guard pipe.reading >= 0 else { return nil }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, initialized in
      count = Foundation.read(pipe.reading, buffer.baseAddress, buffer.count)
      initialized = max(count, 0)
    }
    if count == 0 { pipe.closeReading() }
    return count > 0 ? bytes : nil
  }
}
