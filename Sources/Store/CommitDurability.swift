/// The place of a transaction whose commit has returned.
package enum CommitDurability: Sendable {
    /// On the disk: it survives a power cut.
    case disk
    /// In the kernel's memory: it survives the end of the process, and a power cut may lose the transactions of the last half minute or so.
    case kernel
}
