internal import Foundation

/// Media files that ffmpeg makes for tests.
///
/// A file is kept in the cache (`HARKEN_CACHE`) with its recipe, and copied when the same ffmpeg would make it of the same arguments and inputs again:
/// hundreds of runs of ffmpeg take longer than the tests of their files.
package enum MadeMedia {
    /// Path of ffmpeg.
    package static let encoder = "/usr/bin/ffmpeg"
    private static let prober = "/usr/bin/ffprobe"
    /// True if ffmpeg is installed.
    package static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: encoder) }

    /// A file that ffmpeg did not make.
    package struct Unmade: Error {
        /// Path of the file.
        package let path: String
        /// ffmpeg's own words.
        package let reason: String
    }

    /// Versions of ffmpeg and of its libraries.
    private static let version = (try? ChildProcess.run([encoder, "-version"]).output) ?? ""

    private static let folder: URL = {
        let environment = ProcessInfo.processInfo.environment
        let own = { (environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache") + "/harken" }
        return URL(filePath: environment["HARKEN_CACHE"] ?? own()).appending(path: "made-media")
    }()

    /// Writes a file. Blocks.
    ///
    /// - Parameters:
    ///   - arguments: ffmpeg's arguments without the output. The absolute paths among them are inputs.
    ///   - path: the path of the file; its suffix tells ffmpeg the container.
    /// - Throws: `Unmade` when ffmpeg fails.
    package static func make(_ arguments: [String], to path: String) throws {
        let place = Place(of: try parts(of: arguments, to: path))
        if let bytes = place.bytes { return try bytes.write(to: URL(filePath: path)) }
        let outcome = try ChildProcess.run([encoder, "-nostdin", "-loglevel", "error", "-y"] + arguments + [path])
        guard outcome.status == 0 else { throw Unmade(path: path, reason: outcome.diagnostics) }
        if let bytes = try? Data(contentsOf: URL(filePath: path)) { place.keep(bytes) }
    }

    /// Returns what ffprobe writes about a file, which is kept as the files are. Blocks.
    ///
    /// - Parameter arguments: ffprobe's arguments. The absolute path among them is the file.
    /// - Throws: `Unmade` when ffprobe fails.
    package static func probe(_ arguments: [String]) throws -> String {
        let place = Place(of: try parts(of: arguments, to: "ffprobe.text"))
        if let bytes = place.bytes { return String(decoding: bytes, as: UTF8.self) }
        let outcome = try ChildProcess.run([prober] + arguments)
        guard outcome.status == 0 else { throw Unmade(path: arguments.last ?? "", reason: outcome.diagnostics) }
        place.keep(Data(outcome.output.utf8))
        return outcome.output
    }

    /// A place in the cache.
    private struct Place {
        let kept: URL
        let recipe: Data

        /// - Parameter parts: everything that decides about the bytes, but ffmpeg's version.
        init(of parts: Data) {
            kept = folder.appending(path: String(digest(parts), radix: 16))
            recipe = Data(version.utf8) + parts
        }

        private var name: URL { kept.appendingPathExtension("recipe") }

        /// The bytes that are kept; nil when none of this recipe are.
        var bytes: Data? { (try? Data(contentsOf: name)) == recipe ? try? Data(contentsOf: kept) : nil }

        /// Without a cache that can be written the next run makes the bytes again.
        func keep(_ bytes: Data) {
            try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // Another process may read or write the same file now: each is written whole, and the recipe after its file.
            guard (try? bytes.write(to: kept, options: .atomic)) != nil else { return }
            try? recipe.write(to: name, options: .atomic)
        }
    }

    /// The arguments, with the bytes of each input in place of its path, and the output's suffix.
    private static func parts(of arguments: [String], to path: String) throws -> Data {
        var parts = Data(URL(filePath: path).pathExtension.utf8)
        for argument in arguments {
            let bytes = argument.hasPrefix("/") ? try Data(contentsOf: URL(filePath: argument)) : Data(argument.utf8)
            // Lengths part what follows one another.
            parts += Data("\n\(argument.hasPrefix("/") ? "input" : "argument") \(bytes.count)\n".utf8) + bytes
        }
        return parts
    }

    /// FNV-1a. The recipe tells apart files whose digests are the same.
    private static func digest(_ bytes: Data) -> UInt64 { bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
}
