internal import Glibc

/// The system's own devices, below all sound servers.
enum SoundDevices {
    /// Whether there are microphones that this user may not open.
    ///
    /// - Parameter mayRead: whether a file may be.
    static func areForbidden(in folder: String = "/dev/snd", mayRead: (String) -> Bool = { access($0, R_OK | W_OK) == 0 }) -> Bool {
        // Capture devices are called pcmC0D0c.
        let devices = RecordingSpool.names(in: folder).filter { $0.hasPrefix("pcm") && $0.hasSuffix("c") }
        return !devices.isEmpty && !devices.contains { mayRead(folder + "/" + $0) }
    }
}
