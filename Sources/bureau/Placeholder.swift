@main struct BureauCommand { static func main() { print("bureau") } }
