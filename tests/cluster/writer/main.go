// Writer updates an ActionSet as Kanister's controller does, again and again: a
// peer of status-patch for scripts/bench-cluster.
//
//	KUBECONFIG=FILE writer NAMESPACE NAME PHASE UPDATES MILLISECONDS
//
// What pkg/progress does at each of its looks, with the same client and the same
// reconcile.ActionSet: it gets the ActionSet, gets it again, and puts all of it
// back with the numbers changed.  Each update has other numbers than the one
// before, and comes so many milliseconds after it.  The client's own limit, 5
// requests a second, is off, or waiting is what would be measured.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	crv1alpha1 "github.com/kanisterio/kanister/pkg/apis/cr/v1alpha1"
	"github.com/kanisterio/kanister/pkg/client/clientset/versioned"
	"github.com/kanisterio/kanister/pkg/reconcile"
	"github.com/kanisterio/kanister/pkg/validate"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
)

// progressOf is what the phase has after the n-th of so many updates.
func progressOf(n, updates int) crv1alpha1.PhaseProgress {
	now := metav1.NewTime(time.Now())
	return crv1alpha1.PhaseProgress{
		ProgressPercent:      strconv.Itoa(98 * n / updates),
		SizeUploadedB:        int64(n) * 1000003,
		EstimatedUploadSizeB: int64(updates) * 1000003,
		LastTransitionTime:   &now,
	}
}

// set puts the progress into the phase, and the sum into the action.
func set(actionSet *crv1alpha1.ActionSet, phase string, to crv1alpha1.PhaseProgress) error {
	var percent, phases int

	for i := range actionSet.Status.Actions {
		for j := range actionSet.Status.Actions[i].Phases {
			it := &actionSet.Status.Actions[i].Phases[j]
			if it.Name == phase {
				it.Progress = to
			}
			phases++
			if it.Progress.ProgressPercent == "" {
				continue
			}
			n, err := strconv.Atoi(it.Progress.ProgressPercent)
			if err != nil {
				return err
			}
			percent += n
		}
	}
	whole := &actionSet.Status.Progress
	whole.PercentCompleted = strconv.Itoa(percent / phases)
	whole.SizeUploadedB = to.SizeUploadedB
	whole.EstimatedUploadSizeB = to.EstimatedUploadSizeB
	whole.LastTransitionTime = to.LastTransitionTime
	return nil
}

func update(ctx context.Context, client versioned.Interface, namespace, name, phase string, to crv1alpha1.PhaseProgress) error {
	actionSet, err := client.CrV1alpha1().ActionSets(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := validate.ActionSet(actionSet); err != nil {
		return err
	}
	return reconcile.ActionSet(ctx, client.CrV1alpha1(), namespace, name,
		func(actionSet *crv1alpha1.ActionSet) error { return set(actionSet, phase, to) })
}

func run(namespace, name, phase string, updates, pause int) error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	config.QPS = -1
	client, err := versioned.NewForConfig(config)
	if err != nil {
		return err
	}
	for n := 1; n <= updates; n++ {
		if err := update(context.Background(), client, namespace, name, phase, progressOf(n, updates)); err != nil {
			return err
		}
		time.Sleep(time.Duration(pause) * time.Millisecond)
	}
	return nil
}

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: KUBECONFIG=FILE writer NAMESPACE NAME PHASE UPDATES MILLISECONDS")
		os.Exit(100)
	}
	updates, err := strconv.Atoi(os.Args[4])
	pause, err2 := strconv.Atoi(os.Args[5])
	if err != nil || err2 != nil || updates < 1 {
		fmt.Fprintln(os.Stderr, "writer: UPDATES and MILLISECONDS are numbers")
		os.Exit(100)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], updates, pause); err != nil {
		fmt.Fprintln(os.Stderr, "writer:", err)
		os.Exit(111)
	}
}
