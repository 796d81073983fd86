/// Numbers of bytes in a form for people.
enum ByteText {
    /// Returns the number with the unit that suits it: `1.9 GB`, `340 MB`, `12 kB`, `0 kB`.
    static func short(_ bytes: Int) -> String {
        let units: [(size: Int, name: String)] = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB")]
        for (size, name) in units where bytes >= size {
            let tenths = (Double(bytes) / Double(size) * 10).rounded()
            return (tenths < 100 ? "\(Int(tenths) / 10).\(Int(tenths) % 10)" : "\(Int((tenths / 10).rounded()))") + " " + name
        }
        return "\(bytes / 1_000) kB"
    }
}
