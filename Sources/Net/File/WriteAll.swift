internal import Glibc

/// Writes all of `bytes`, in as many calls as necessary. Waits for a pipe or terminal that accepts nothing now.
package func writeAll(_ bytes: RawSpan, to descriptor: Int32) throws(SystemError) {
    var done = 0
    while done < bytes.byteCount {
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
        guard count <= 0 else {
            done += count
            continue
        }
        switch count < 0 ? errno : ENOSPC {
        case EINTR: continue
        case EAGAIN:
            var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&interest, 1, -1)
        case let code: throw SystemError(call: "write", code: code)
        }
    }
}
