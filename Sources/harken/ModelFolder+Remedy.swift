import LocalEngine

extension ModelFolder {
    /// What to do when models are missing or cannot be read.
    static let remedy = "run make setup in Harken's sources, or set HARKEN_MODELS to a folder of models that this user can read"
}
