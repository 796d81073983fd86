internal import Glibc

/// A process that this process starts. No signal is blocked or ignored in the new process.
package enum NewProcess {
    /// The source of one of the new process's descriptors.
    package enum Descriptor {
        /// `/dev/null`, opened with these flags.
        case null(Int32)
        /// A copy of a descriptor of this process.
        case copy(Int32)
    }

    /// Starts a process.
    ///
    /// - Parameters:
    ///   - words: the program's name and its arguments.
    ///   - program: path of the program; nil to look for its name in `PATH`.
    ///   - environment: variables as `NAME=value`; nil for the variables of this process.
    ///   - descriptors: the new process's descriptors by number. Descriptors that are not named and not marked to be closed stay open.
    ///   - ownsGroup: true if the process leads a process group of its own: what a terminal sends to its foreground does not reach the process.
    /// - Returns: the process number.
    /// - Throws: the system's error, which names the program.
    package static func start(
        _ words: [String], program: String? = nil, environment: [String]? = nil, descriptors: KeyValuePairs<Int32, Descriptor>,
        ownsGroup: Bool = false
    ) throws(SystemError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors {
            switch descriptor {
            case .null(let flags): posix_spawn_file_actions_addopen(&actions, number, "/dev/null", flags, 0)
            case .copy(let original): posix_spawn_file_actions_adddup2(&actions, original, number)
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // This process blocks the signals that ask it to end.
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (ownsGroup ? POSIX_SPAWN_SETPGROUP : 0)))
        var arguments = words.map { strdup($0) } + [nil]
        var variables = (environment ?? []).map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        let name = words.first ?? ""
        var id: pid_t = 0
        let code = variables.withUnsafeMutableBufferPointer { variables in
            posix_spawnp(&id, program ?? name, &actions, &attributes, &arguments, environment == nil ? environ : variables.baseAddress)
        }
        guard code == 0 else { throw SystemError(call: "start \(name)", code: code) }
        return id
    }
}
