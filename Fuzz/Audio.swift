import Audio
import Glibc
import Speech

/// Bytes pushed in two pieces, under every name that a sender can give them; whatever is made must be whole frames, and there must be an end.
func fuzzLiveAudio(_ bytes: RawSpan) {
    guard bytes.byteCount > 2 else { return }
    let choice = Int(bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)), cut = Int(bytes.unsafeLoad(fromByteOffset: 1, as: UInt8.self))
    let encodings = AudioEncoding.allCases
    let channels = 1 + choice / 64
    let format = choice % 16 < encodings.count ? AudioFormat.raw(encodings[choice % 16], .speech, channels: channels) : .container
    let signal = Signal()
    let treatment: ChannelTreatment = cut.isMultiple(of: 2) ? .mixed : .separate
    guard let decoder = try? StreamDecoder(format, channels: treatment, ready: signal.send) else { return }
    let audio = bytes.extracting(droppingFirst: 2)
    let middle = min(cut, audio.byteCount)
    for piece in [0..<middle, middle..<audio.byteCount] {
        decoder.push(audio.extracting(piece)) { pcm in precondition(pcm.byteCount.isMultiple(of: 2 * (decoder.channelCount ?? 1)) && !pcm.isEmpty) }
    }
    decoder.finish()
    var frame = 0
    while true {
        switch decoder.next() {
        case .opened(let channels)?: frame = 2 * channels
        case .notice?: break
        case .pcm(let pcm)?: precondition(frame > 0 && !pcm.isEmpty && pcm.count.isMultiple(of: frame))
        case .ended?, .failed?: return
        case nil: signal.wait()
        }
    }
}

/// Bytes as an uploaded file: libav may seek in it.
func fuzzMediaFile(_ bytes: RawSpan) {
    guard let file = tmpfile() else { return }
    defer { fclose(file) }
    _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fflush(file)
    guard let media = try? MediaFile(Recording(path: "/proc/self/fd/\(fileno(file))"), channels: .separate) else { return }
    var count = SampleCount.zero
    // A minute is enough to see: small bytes can decode to hours.
    while count < SampleCount(960_000), let block = try? media.next() {
        precondition(block.start == SampleIndex.zero + count && block.channels.count == media.channelCount)
        precondition(block.channels.allSatisfy { $0.count == block.samples.count })
        count += block.count
    }
}

/// Waits for another thread's call.
///
/// `@unchecked Sendable`: a semaphore is made for several threads.
private final class Signal: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    @Sendable func send() { sem_post(semaphore) }
    func wait() { sem_wait(semaphore) }
}
