package kernels

func serveFake(mode, file string) error { return nil }
