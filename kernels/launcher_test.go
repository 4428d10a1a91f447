package kernels

import (
	"strings"
	"testing"
)

// A program that does not call Intercept would start kernels for ever.
func TestAKernelThatIsNoLauncherIsRefused(t *testing.T) {
	t.Setenv(launcherVariable, t.TempDir())
	_, err := startSession(t.Context(), sessionOptions{})
	if err == nil || !strings.Contains(err.Error(), "kernels.Intercept") {
		t.Errorf("started a session: %v", err)
	}
}
