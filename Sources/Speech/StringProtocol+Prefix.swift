extension StringProtocol {
    /// Returns the beginning of the text that has at most `count` bytes as UTF-8, cut between two Unicode scalars. Texts of a peer that are shown, logged
    /// or stored are cut by bytes, because one character may have millions of them.
    package func prefix(bytes count: Int) -> String {
        guard utf8.count > count else { return String(self) }
        var prefix = String.UnicodeScalarView(), room = count
        for scalar in unicodeScalars {
            room -= UTF8.width(scalar)
            guard room >= 0 else { break }
            prefix.append(scalar)
        }
        return String(prefix)
    }
}
