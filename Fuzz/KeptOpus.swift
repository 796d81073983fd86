import Audio
import Glibc
import Speech

/// Bytes as a file of kept audio, whole and in pieces: the check must say the same of both, and a cut and a silence must come to an end, whether the
/// check accepts the file or not. The first byte is the pieces' length and the place of the cut.
func fuzzKeptOpus(_ bytes: RawSpan) {
    guard bytes.byteCount > 1, let file = tmpfile() else { return }
    defer { fclose(file) }
    let choice = Int(bytes.unsafeLoad(as: UInt8.self))
    let input = bytes.extracting(droppingFirst: 1).withUnsafeBytes { [UInt8]($0) }
    let duration = checked(input, pieces: input.count)
    precondition(duration == checked(input, pieces: choice * 7 + 1), "where the file is cut changes what is understood")
    _ = input.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fflush(file)
    let source = "/proc/self/fd/\(fileno(file))", part = "/tmp/harken-fuzz-\(getpid()).opus"
    defer { unlink(part) }
    let middle = Duration.milliseconds(10 * choice)
    for (from, to) in [(Duration.zero, middle), (middle, .seconds(100_000))] {
        if let cut = try? OggOpusCut.write(part, from: from, to: to, of: source) { precondition(cut.duration >= .zero && cut.start >= .zero) }
    }
    do throws(MediaError) { _ = try OggOpusCut.silence(part, from: .zero, to: middle, of: source) } catch {
        precondition(duration == nil, "an accepted file cannot be silenced: \(error)")
    }
    _ = OggOpusEnd(of: source)
}

private func checked(_ bytes: [UInt8], pieces: Int) -> Duration? {
    var check = OggOpusCheck()
    do throws(MediaError) {
        for start in stride(from: 0, to: bytes.count, by: max(1, pieces)) {
            try check.append(Array(bytes[start..<min(start + max(1, pieces), bytes.count)]))
        }
        return try check.finish()
    } catch { return nil }
}
