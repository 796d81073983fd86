/// The reason why a microphone gives no audio. The text says what to do.
package enum CaptureError: Error, Sendable, Equatable {
    /// The system has no input device at all.
    case noDevice
    /// There are microphones, but this user may not use them.
    case forbidden
    /// No device has this name.
    case unknownDevice(String, known: [String])
    /// The device exists, but cannot record the requested format, or cannot record now.
    case unavailable(device: String, reason: String)
    /// The device stopped by itself: unplugged, or its sound server ended.
    case lost(device: String)
    /// PortAudio itself failed.
    case failed(String)
    /// `start` was called a second time.
    case alreadyUsed
}

extension CaptureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noDevice: "there is no microphone; connect one, or start the sound server (PulseAudio or PipeWire) of this user"
        case .forbidden:
            "this user may not use the sound devices; add them to the group “audio” (sudo usermod -aG audio $USER) and log in again, "
                + "or start the sound server of this user"
        case .unknownDevice(let name, let known):
            "there is no input device “\(name)”; there are: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .unavailable(let device, let reason):
            "“\(device)” cannot record 16 kHz mono: \(reason); close programs that use it, or choose “pulse” or “default”, which convert"
        case .lost(let device): "“\(device)” stopped recording by itself; connect it again and start a new recording"
        case .failed(let reason): "PortAudio failed: \(reason)"
        case .alreadyUsed: "a capture can be started only once; create another one"
        }
    }
}
