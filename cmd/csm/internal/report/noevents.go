package report

import (
	"fmt"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// writeNoEvents explains why there may be nothing to show.
func (r Run) writeNoEvents(b *strings.Builder) {
	fmt.Fprintf(b, `csm: no events came in %s: either the program made no AWS call, or its SDK did not tell

The program ran with
    AWS_CSM_ENABLED=true AWS_CSM_HOST=%s AWS_CSM_PORT=%s AWS_CSM_CLIENT_ID=%s

SDKs that read these variables and need nothing else:
    the AWS CLI, boto3, JavaScript v2, Java v1, C++, Ruby, PHP, Go v1

The AWS SDK for Go v2 needs one line more, after the configuration is loaded:
    sdkv2.Instrument(&cfg)    // import "github.com/go-csm/csm/sdkv2"

SDKs without client-side monitoring (JavaScript v3, Java v2, Rust) send nothing.
Neither does a program in a container or on another machine, where %[2]s is
not this one, nor one that does not get the variables, as under sudo.
`,
		Duration(r.Elapsed.Seconds()), r.Host, r.Port, harmless.Cut(r.ClientID, 64))
}
