internal import Glibc

/// The kernel's own sound devices, below all sound servers.
enum SoundDevices {
    /// Returns true if there are microphones and this user may open none of them.
    ///
    /// - Parameter mayRead: returns true if this user may open the file.
    static func areForbidden(in folder: String = "/dev/snd", mayRead: (String) -> Bool = { access($0, R_OK | W_OK) == 0 }) -> Bool {
        // The names of capture devices have the form pcmC0D0c.
        let devices = RecordingSpool.names(in: folder).filter { $0.hasPrefix("pcm") && $0.hasSuffix("c") }
        return !devices.isEmpty && !devices.contains { mayRead(folder + "/" + $0) }
    }
}
