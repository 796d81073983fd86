@main
struct Harken {
    static func main() {}
}
