extension String {
    /// The lines of a text from any system: a line ends with LF, CR LF or CR. A byte order mark at the beginning belongs to no line.
    package var textLines: [Substring] {
        let text = unicodeScalars.first == "\u{FEFF}" ? self[unicodeScalars.index(after: startIndex)...] : self[...]
        // CR LF is one `Character`, which equals neither CR nor LF.
        return text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    }
}
