package report

import (
	"fmt"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// SDKs are those with client-side monitoring that need nothing but to be told.
const SDKs = "the AWS CLI, boto3, JavaScript v2, Java v1, .NET v3, C++, Ruby, PHP, Go v1"

// writeNoEvents explains why there may be nothing to show.
func (r Run) writeNoEvents(b *strings.Builder) {
	fmt.Fprintf(b, "csm: no events came in %s: no AWS call was made, or its SDK did not tell\n\n", Duration(r.Elapsed.Seconds()))
	if r.ExitCode != 0 {
		fmt.Fprintf(b, "The program ended with exit code %d, perhaps before its first call.\n\n", r.ExitCode)
	}
	fmt.Fprintf(b, `The program ran with
    AWS_CSM_ENABLED=true AWS_CSM_HOST=%s AWS_CSM_PORT=%s
    AWS_CSM_CLIENT_ID=%s

SDKs that read these variables and need nothing else:
    `+SDKs+`

The AWS SDK for Go v2 needs one line more, after the configuration is loaded:
    sdkv2.Instrument(&cfg)    // import "github.com/go-csm/csm/sdkv2"

SDKs without client-side monitoring (JavaScript v3, Java v2, Rust) send nothing.
Neither do programs that were built without that line, such as Terraform, one in
a container or on another machine, where %[1]s is not this one, and one that
does not get the variables, as under sudo.

To see csm work: csm run -- aws sts get-caller-identity
`, r.Host, r.Port, harmless.Cut(r.ClientID, 64))
}
