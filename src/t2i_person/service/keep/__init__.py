"""What is kept: pictures in memory; cast, jobs and pictures in a file, or where servers share them."""
