/// Shared libraries that this process has loaded, according to the kernel's list of its memory.
enum LoadedLibraries {
    /// Libraries that Harken is linked with, by their file names.
    static let wanted = [
        "libavformat", "libavcodec", "libopus", "liblc3", "libsoxr", "libportaudio", "libssl", "libcurl", "libsqlite3", "libjansson",
    ]

    /// Returns versions by library name, from file names: `libopus.so.0.8.0` has version 0.8.0.
    ///
    /// - Parameter maps: the content of `/proc/self/maps`.
    static func versions(maps: String) -> [String: String] {
        var versions: [String: String] = [:]
        for line in maps.split(separator: "\n") {
            guard let file = line.split(separator: "/").last, let mark = file.firstRange(of: ".so.") else { continue }
            versions[String(file[..<mark.lowerBound])] = String(file[mark.upperBound...])
        }
        return versions
    }
}
