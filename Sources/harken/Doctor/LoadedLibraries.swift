/// Shared libraries that this process runs with, by what the kernel says of its memory.
enum LoadedLibraries {
    /// Those that Harken is linked with, as their files are called.
    static let wanted = [
        "libavformat", "libavcodec", "libopus", "liblc3", "libsoxr", "libportaudio", "libssl", "libcurl", "libsqlite3", "libjansson",
    ]

    /// Versions by name, from file names: `libopus.so.0.8.0` has 0.8.0.
    ///
    /// - Parameter maps: what `/proc/self/maps` holds.
    static func versions(maps: String) -> [String: String] {
        var versions: [String: String] = [:]
        for line in maps.split(separator: "\n") {
            guard let file = line.split(separator: "/").last, let mark = file.firstRange(of: ".so.") else { continue }
            versions[String(file[..<mark.lowerBound])] = String(file[mark.upperBound...])
        }
        return versions
    }
}
