/// Suffixes of the names of recordings, by which recordings are told from other files in a folder. The bytes of a file decide about its format, and its
/// suffix does not.
package enum RecordingSuffix {
    /// The suffixes of docs/media.md's table of formats. A test compares both with the files that it decodes.
    package static let formats: Set<String> = [
        "3gp", "aac", "ac3", "aiff", "amr", "asf", "au", "avi", "caf", "dts", "eac3", "flac", "flv", "gsm", "latm", "m2ts", "m4a", "mka", "mkv",
        "mov",
        "mp3", "mp4", "mpg", "oga", "ogg", "ogv", "opus", "rm", "sox", "spx", "ts", "tta", "voc", "vob", "w64", "wav", "webm", "wma", "wmv", "wv",
    ]

    /// Other suffixes of the same formats, each with the table's suffix.
    package static let otherNames = [
        "3g2": "3gp", "aif": "aiff", "m4b": "m4a", "m4v": "mp4", "mp2": "mp3", "mpeg": "mpg", "mts": "m2ts", "wave": "wav",
    ]

    /// True if a file with the name, or the path, counts as a recording. Upper and lower case are the same.
    package static func isRecording(_ name: String) -> Bool {
        guard let suffix = suffix(of: name) else { return false }
        return formats.contains(suffix) || otherNames[suffix] != nil
    }

    /// The suffix of a file's name, or of the last part of a path, in lower case and without its point; nil when the name has none.
    package static func suffix(of name: String) -> String? {
        let last = name.split(separator: "/").last ?? ""
        return last.lastIndex(of: ".").map { last[last.index(after: $0)...].lowercased() }
    }
}
