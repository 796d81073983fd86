import Glibc
import LocalEngine
import Net

/// The folder of models that commands about models use, and its replacement.
struct ModelPlace {
    let folder: ModelFolder

    var path: String { folder.path }

    /// Reads the manifest.
    ///
    /// - Throws: `ModelError` when the folder has none.
    func manifest() throws(ModelError) -> ModelManifest {
        if let manifest = try ModelManifest(folder: path) { return manifest }
        throw ModelError("there are no models in \(path); \(ModelFolder.remedy)")
    }

    /// Does work on the folder while no other command does.
    func locked(_ body: () async throws -> Void) async throws {
        try FileTree.makeFolder(FileTree.folder(of: path))
        let descriptor = open(path + ".lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileTreeError("write", path + ".lock") }
        defer { closeLocked(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ModelError("another command changes the models in \(path) at the moment; try again when it has ended")
        }
        try await body()
    }

    /// Replaces the folder by the models of an archive. The folder stays as it is until the new one is complete.
    func install(_ archive: TarArchive) async throws {
        let draft = path + ".partial", old = path + ".old"
        for leftover in [draft, old] { FileTree.delete(leftover) }
        defer { FileTree.delete(draft) }
        try FileTree.makeFolder(draft)
        // Models are for every user of the machine, whatever the mask of this one is.
        let mask = umask(0o022)
        defer { umask(mask) }
        let names = try await archive.unpack(into: draft)
        let manifests = names.filter { $0 == ModelManifest.name || $0.hasSuffix("/" + ModelManifest.name) }
        guard let manifest = manifests.min(by: { $0.count < $1.count }) else {
            throw ModelError("\(archive.name) has no models: \(ModelManifest.name) is missing; give an archive such as harken-models-….tar.gz")
        }
        let new = draft + "/" + manifest.dropLast(ModelManifest.name.count)
        try Self.check(new, of: archive)
        let hasOld = rename(path, old) == 0
        guard hasOld || errno == ENOENT else { throw FileTreeError("replace", path) }
        guard rename(new, path) == 0 else {
            let failure = FileTreeError("write", path)
            if hasOld { rename(old, path) }
            throw failure
        }
        FileTree.delete(old)
    }

    private static func check(_ folder: String, of archive: TarArchive) throws(ModelError) {
        guard let manifest = try ModelManifest(folder: folder) else { throw ModelError("\(archive.name) has no \(ModelManifest.name)") }
        if let problem = manifest.list.problems(in: folder, readsAll: true).first {
            throw ModelError("\(archive.name) is not used: \(problem); get the archive again")
        }
        let models = ModelFolder(folder)
        if let missing = ModelFolder.Item.required.first(where: { access(models.path(of: $0), R_OK) != 0 }) {
            throw ModelError("\(archive.name) has no \(missing.rawValue); get the archive of this version of Harken")
        }
        do throws(InferenceError) { _ = try InferenceRuntime(path: models.path(of: .runtime)) } catch {
            throw ModelError("\(archive.name) is not for this machine: \(error)")
        }
    }

    /// Deletes the files that the manifest names, and folders that are then empty. Returns false when other files are left.
    func remove(_ manifest: ModelManifest) throws -> Bool {
        let names = manifest.list.files.map(\.path) + [ModelManifest.name]
        for name in names where unlink(path + "/" + name) != 0 && errno != ENOENT { throw FileTreeError("delete", path + "/" + name) }
        var folders: Set<String> = []
        for name in names {
            var folder = FileTree.folder(of: name)
            while folder != "." {
                folders.insert(folder)
                folder = FileTree.folder(of: folder)
            }
        }
        // The deepest folder is first.
        for folder in folders.sorted(by: { $0.count > $1.count }) { rmdir(path + "/" + folder) }
        unlink(path + ".lock")
        return rmdir(path) == 0
    }
}
