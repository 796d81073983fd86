internal import CPortAudio
internal import Glibc
internal import Synchronization

/// The calls of the PortAudio library, one at a time, because the library is not thread-safe.
enum PortAudio {
    /// An open stream.
    ///
    /// `@unchecked Sendable`: the stream is used inside `alone` only.
    struct Handle: @unchecked Sendable {
        let stream: UnsafeMutableRawPointer
    }

    private static let lock = Mutex(())

    /// Runs `body` while no other thread calls the library.
    static func alone<Result: Sendable>(_ body: () throws(CaptureError) -> Result) throws(CaptureError) -> Result {
        try lock.withLock { (_: inout sending Void) throws(CaptureError) -> Result in try body() }
    }

    /// Runs `body`, which looks for devices, while no other thread calls the library. Suppresses what sound systems write to standard error
    /// meanwhile: pages about missing cards, surround channels and servers. What the program itself writes meanwhile is lost too, so a device is
    /// closed by `alone`.
    static func silent<Result: Sendable>(_ body: () throws(CaptureError) -> Result) throws(CaptureError) -> Result {
        try alone { () throws(CaptureError) -> Result in
            let saved = dup(STDERR_FILENO), silence = open("/dev/null", O_WRONLY | O_CLOEXEC)
            if saved >= 0 && silence >= 0 { dup2(silence, STDERR_FILENO) }
            defer {
                if saved >= 0 {
                    dup2(saved, STDERR_FILENO)
                    close(saved)
                }
                if silence >= 0 { close(silence) }
            }
            return try body()
        }
    }

    /// Initializes the library. Each call needs a later `Pa_Terminate`.
    static func start() throws(CaptureError) {
        // Without this variable the JACK library tries to start a server.
        setenv("JACK_NO_START_SERVER", "1", 1)
        let code = Pa_Initialize()
        guard code == paNoError.rawValue else { throw .failed(text(of: code)) }
    }

    static func devices() throws(CaptureError) -> [CaptureDevice] {
        try silent { () throws(CaptureError) -> [CaptureDevice] in
            try start()
            defer { Pa_Terminate() }
            return inputDevices
        }
    }

    static func text(of code: PaError) -> String { Pa_GetErrorText(code).map { String(cString: $0) } ?? "error \(code)" }

    static var inputDevices: [CaptureDevice] {
        let standard = Pa_GetDefaultInputDevice()
        return (0..<max(0, Pa_GetDeviceCount())).compactMap { index in
            guard let device = Pa_GetDeviceInfo(index)?.pointee, device.maxInputChannels > 0 else { return nil }
            return CaptureDevice(number: Int(index), name: device.name.map { String(cString: $0) } ?? "device \(index)", isDefault: index == standard)
        }
    }
}
